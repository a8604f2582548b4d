import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.analysis.en.EnglishPossessiveFilter;
import org.apache.lucene.analysis.LowerCaseFilter;
import org.apache.lucene.analysis.snowball.SnowballFilter;
import org.apache.lucene.analysis.standard.StandardTokenizer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.LongPoint;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.SortedNumericDocValuesField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.facet.FacetsCollector;
import org.apache.lucene.facet.FacetsConfig;
import org.apache.lucene.facet.LabelAndValue;
import org.apache.lucene.facet.sortedset.DefaultSortedSetDocValuesReaderState;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetCounts;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesFacetField;
import org.apache.lucene.facet.sortedset.SortedSetDocValuesReaderState;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.queries.spans.SpanNearQuery;
import org.apache.lucene.queries.spans.SpanTermQuery;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.search.*;
import org.apache.lucene.store.FSDirectory;
import org.tartarus.snowball.ext.EnglishStemmer;

/**
 * Lucene for the benchmark.
 *
 * <p>index SOURCE FOLDER THREADS TIMES english|terms: index JSON lines this many times, and print the seconds of CPU and
 * of the clock that the last time took, when the code had been compiled.
 *
 * <p>serve FOLDER: read a query a line, and print the total, the ids shown, and CPU and clock time in nanoseconds.
 */
public class Peer {
    static final ObjectMapper JSON = new ObjectMapper();
    static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    static final FacetsConfig FACETS = new FacetsConfig();
    static final List<String> END = List.of();
    static final int BATCH = 200;
    static final int SHOWN = 10;

    static {
        FACETS.setMultiValued("tag", true);
    }

    static Analyzer english() {
        return new Analyzer() {
            @Override
            protected TokenStreamComponents createComponents(String field) {
                StandardTokenizer source = new StandardTokenizer();
                LowerCaseFilter lower = new LowerCaseFilter(new EnglishPossessiveFilter(source));
                return new TokenStreamComponents(source, new SnowballFilter(lower, new EnglishStemmer()));
            }
        };
    }

    /** A line is an article as an object, or an array of id, terms, tags, seconds and the article to keep. */
    static Document document(String line) throws IOException {
        JsonNode read = JSON.readTree(line);
        boolean terms = read.isArray();
        Document document = new Document();
        document.add(new StringField("id", (terms ? read.get(0) : read.get("id")).asText(), Field.Store.YES));
        String text = terms ? read.get(1).asText() : read.path("title").asText() + "\n" + read.path("body").asText();
        document.add(new TextField("text", text, Field.Store.NO));
        for (JsonNode tag : terms ? read.get(2) : read.path("keywords"))
            document.add(new SortedSetDocValuesFacetField("tag", tag.asText()));
        long seconds = terms
            ? read.get(3).asLong()
            : OffsetDateTime.parse(read.get("published").asText()).toEpochSecond();
        document.add(new LongPoint("time", seconds));
        document.add(new NumericDocValuesField("time", seconds));
        document.add(new StoredField("document", terms ? read.get(4).asText() : line));
        return FACETS.build(document);
    }

    static void index(Path source, Path folder, int threads, Analyzer analyzer) throws Exception {
        IndexWriterConfig config = new IndexWriterConfig(analyzer);
        config.setRAMBufferSizeMB(256).setOpenMode(IndexWriterConfig.OpenMode.CREATE);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try (IndexWriter writer = new IndexWriter(FSDirectory.open(folder), config);
                BufferedReader lines = Files.newBufferedReader(source)) {
            BlockingQueue<List<String>> queue = new ArrayBlockingQueue<>(64);
            Callable<Void> adding = () -> {
                for (List<String> some = queue.take(); some != END; some = queue.take())
                    for (String line : some) writer.addDocument(document(line));
                return null;
            };
            List<Future<Void>> running = new ArrayList<>();
            for (int n = 0; n < threads; n++) running.add(pool.submit(adding));
            List<String> batch = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                batch.add(line);
                if (batch.size() == BATCH) {
                    queue.put(batch);
                    batch = new ArrayList<>();
                }
            }
            queue.put(batch);
            for (int n = 0; n < threads; n++) queue.put(END);
            for (Future<Void> each : running) each.get();
            writer.commit();
        } finally {
            pool.shutdown();
        }
    }

    static Query words(List<String> terms, BooleanClause.Occur occur) {
        if (terms.size() == 1) return new TermQuery(new Term("text", terms.get(0)));
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        for (String term : terms) all.add(new TermQuery(new Term("text", term)), occur);
        return all.build();
    }

    static Query near(List<String> terms, int distance) {
        // Lucene counts the words between.
        SpanNearQuery.Builder all = SpanNearQuery.newUnorderedNearQuery("text").setSlop(distance - 1);
        for (String term : terms) all.addClause(new SpanTermQuery(new Term("text", term)));
        return all.build();
    }

    static Query dated(Query words, long low, long high) {
        Query points = LongPoint.newRangeQuery("time", low, high - 1);
        Query values = SortedNumericDocValuesField.newSlowRangeQuery("time", low, high - 1);
        BooleanQuery.Builder all = new BooleanQuery.Builder().add(words, BooleanClause.Occur.MUST);
        return all.add(new IndexOrDocValuesQuery(points, values), BooleanClause.Occur.FILTER).build();
    }

    static Query query(JsonNode asked) {
        List<String> terms = new ArrayList<>();
        for (JsonNode term : asked.get("terms")) terms.add(term.asText());
        return switch (asked.get("kind").asText()) {
            case "any_of", "newest" -> words(terms, BooleanClause.Occur.SHOULD);
            case "all_of" -> words(terms, BooleanClause.Occur.MUST);
            case "phrase" -> new PhraseQuery("text", terms.toArray(new String[0]));
            case "near" -> near(terms, asked.get("distance").asInt());
            case "prefix" -> new PrefixQuery(new Term("text", terms.get(0)));
            case "wildcard" -> new WildcardQuery(new Term("text", terms.get(0)));
            case "fuzzy" -> new FuzzyQuery(new Term("text", terms.get(0)), 1, 0, 1024, true);
            case "dated" -> dated(
                words(terms, BooleanClause.Occur.MUST),
                asked.get("between").get(0).asLong(),
                asked.get("between").get(1).asLong());
            case "facets" -> new MatchAllDocsQuery();
            default -> throw new IllegalArgumentException(asked.toString());
        };
    }

    /** Answers are exact: a threshold for the count as high as can be. */
    static CollectorManager<?, ? extends TopDocs> best(String kind) {
        if (!kind.equals("newest")) return new TopScoreDocCollectorManager(SHOWN, null, Integer.MAX_VALUE);
        Sort newest = new Sort(new SortField("time", SortField.Type.LONG, true));
        return new TopFieldCollectorManager(newest, SHOWN, null, Integer.MAX_VALUE);
    }

    static void serve(Path folder) throws Exception {
        IndexReader reader = DirectoryReader.open(FSDirectory.open(folder));
        IndexSearcher searcher = new IndexSearcher(reader);
        searcher.setQueryCache(null); // the others have none
        SortedSetDocValuesReaderState state = new DefaultSortedSetDocValuesReaderState(reader, FACETS);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            JsonNode asked = JSON.readTree(line);
            String kind = asked.get("kind").asText();
            long cpu = THREADS.getCurrentThreadCpuTime(), clock = System.nanoTime(), total;
            List<Object> shown = new ArrayList<>();
            if (kind.equals("facets")) {
                FacetsCollector all = new FacetsCollector();
                searcher.search(query(asked), all);
                total = reader.numDocs();
                for (LabelAndValue each :
                        new SortedSetDocValuesFacetCounts(state, all).getTopChildren(SHOWN, "tag").labelValues)
                    shown.add(each.value.intValue());
            } else {
                TopDocs found = searcher.search(query(asked), best(kind));
                total = found.totalHits.value;
                StoredFields stored = searcher.storedFields();
                for (ScoreDoc hit : found.scoreDocs) shown.add(stored.document(hit.doc).get("id"));
            }
            cpu = THREADS.getCurrentThreadCpuTime() - cpu;
            clock = System.nanoTime() - clock;
            System.out.println(JSON.writeValueAsString(
                Map.of("total", total, "shown", shown, "cpu", cpu, "clock", clock)));
        }
    }

    public static void main(String[] given) throws Exception {
        if (given[0].equals("serve")) {
            serve(Path.of(given[1]));
            return;
        }
        Analyzer analyzer = given[5].equals("english") ? english() : new WhitespaceAnalyzer();
        OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long cpu = 0, clock = 0;
        for (int n = Integer.parseInt(given[4]); n > 0; n--) {
            long cpuBegin = process.getProcessCpuTime(), begin = System.nanoTime();
            index(Path.of(given[1]), Path.of(given[2]), Integer.parseInt(given[3]), analyzer);
            cpu = process.getProcessCpuTime() - cpuBegin;
            clock = System.nanoTime() - begin;
        }
        System.out.println(cpu / 1e9 + " " + clock / 1e9);
    }
}
