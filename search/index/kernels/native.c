/* The kernels of `search.index.kernels` in C, with the same results as their definitions in NumPy.

   `native.py` and `native_writing.py` allocate every array. A function here checks the types of its arrays and
   that their sizes fit together, and every number read from an array when it is used as a place in another. So
   nothing is read or written outside of an array, whatever is in it. For arrays that no undamaged index has
   there may be a result where NumPy raises an error, or the other way round.

   Loops over many items run without the interpreter's lock. Integers wrap around (compiled with -fwrapv). Floats
   are added and multiplied one by one in the order of the definitions (-ffp-contract=off, -fno-fast-math), so that
   scores are equal to the last bit, but for the sign of a NaN. */

#define Py_LIMITED_API 0x030B0000
#include <Python.h>
#include <float.h>
#include <stdint.h>
#include <string.h>

#if defined(__FAST_MATH__) || FLT_EVAL_METHOD != 0
#error "scores would be rounded otherwise than NumPy rounds them"
#endif
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the arrays of an index are little-endian"
#endif

#define MAX_ARGUMENTS 36
#ifndef RELEASED_FROM
#define RELEASED_FROM 8192 /* items: fewer take less time than to release the lock and to get it back */
#endif

/* --- arguments ------------------------------------------------------------------------------------------ */

typedef struct {
    Py_buffer views[MAX_ARGUMENTS];
    void *data[MAX_ARGUMENTS];
    Py_ssize_t size[MAX_ARGUMENTS]; /* items of an array */
    char kind[MAX_ARGUMENTS];       /* of an array: b B h H i I l L f, by type and size */
    int64_t number[MAX_ARGUMENTS];
    double real[MAX_ARGUMENTS];
    int count;
} Call;

static void end_call(Call *call) {
    for (int n = 0; n < call->count; n++)
        if (call->kind[n]) PyBuffer_Release(&call->views[n]);
}

/* The kind of a buffer; 0 for one that no kernel is for: of other items, in the other order of bytes, unaligned. */
static char kind_of(const Py_buffer *view) {
    const char *format = view->format;
    if (*format == '@' || *format == '=' || *format == '<') format++;
    if (!*format || format[1] || view->itemsize < 1 || (uintptr_t)view->buf % view->itemsize) return 0;
    int is_unsigned = strchr("BHILQ?", *format) != NULL;
    if (*format == 'f' && view->itemsize == 4) return 'f';
    if (!is_unsigned && !strchr("bhilq", *format)) return 0;
    switch (view->itemsize) {
        case 1: return is_unsigned ? 'B' : 'b';
        case 2: return is_unsigned ? 'H' : 'h';
        case 4: return is_unsigned ? 'I' : 'i';
        case 8: return is_unsigned ? 'L' : 'l';
        default: return 0;
    }
}

/* Read the arguments by `spec`, a character for each: the kind of an array, `*` for an array of any kind, `.` for
   an integer, `~` for a float. An array after `=` is written to. False with an exception if they do not fit. */
static int begin_call(Call *call, PyObject *const *args, Py_ssize_t given, const char *spec) {
    call->count = 0;
    for (; *spec; spec++) {
        int n = call->count, writes = *spec == '=';
        if (writes) spec++;
        if (n >= given) goto wrong;
        call->kind[n] = 0;
        if (*spec == '.') {
            call->number[n] = PyLong_AsLongLong(args[n]);
        } else if (*spec == '~') {
            call->real[n] = PyFloat_AsDouble(args[n]);
        } else {
            int flags = PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | (writes ? PyBUF_WRITABLE : 0);
            if (PyObject_GetBuffer(args[n], &call->views[n], flags)) goto failed;
            if (!(call->kind[n] = kind_of(&call->views[n]))) {
                PyBuffer_Release(&call->views[n]);
                goto wrong;
            }
            call->data[n] = call->views[n].buf;
            call->size[n] = call->views[n].len / call->views[n].itemsize;
        }
        call->count++;
        if (PyErr_Occurred()) goto failed;
        if (call->kind[n] && *spec != '*' && call->kind[n] != *spec) goto wrong;
    }
    if (call->count == given) return 1;
wrong:
    PyErr_SetString(PyExc_TypeError, "an argument has another type than the kernel is for");
failed:
    end_call(call);
    return 0;
}

#define DATA(n, T) ((T *)call.data[n])
#define SIZE(n) (call.size[n])
#define CALL(spec)                                                                                             \
    Call call;                                                                                                 \
    (void)self;                                                                                                \
    if (!begin_call(&call, args, given, spec)) return NULL;
#define FAIL(kind, text)                                                                                       \
    do {                                                                                                       \
        PyErr_SetString(kind, text);                                                                           \
        end_call(&call);                                                                                       \
        return NULL;                                                                                           \
    } while (0)
#define REQUIRE(condition)                                                                                     \
    if (!(condition)) {                                                                                        \
        PyErr_SetString(PyExc_ValueError, "the sizes of the arrays do not fit together");                      \
        end_call(&call);                                                                                       \
        return NULL;                                                                                           \
    }
#define RELEASE(items) PyThreadState *running = (items) > RELEASED_FROM ? PyEval_SaveThread() : NULL
#define RESTORE()                                                                                              \
    if (running) PyEval_RestoreThread(running)
#define OUTSIDE "a number in an array of the index is out of bounds"
#define KERNEL(name) static PyObject *name(PyObject *self, PyObject *const *args, Py_ssize_t given)
#define INSIDE(number, size) ((uint64_t)(number) < (uint64_t)(size))

static PyObject *done(Call *call) {
    end_call(call);
    Py_RETURN_NONE;
}

static PyObject *counted(Call *call, Py_ssize_t count) {
    end_call(call);
    return PyLong_FromSsize_t(count);
}

/* --- sets ----------------------------------------------------------------------------------------------- */

/* The first place in among[from:] whose number is not less than (right: is greater than) `sought`. */
#define DEFINE_GALLOP(K, T)                                                                                    \
    static inline Py_ssize_t halve_##K(const T *among, Py_ssize_t low, Py_ssize_t high, T sought, int right) { \
        while (low < high) {                                                                                   \
            Py_ssize_t middle = low + (high - low) / 2;                                                        \
            if (right ? among[middle] <= sought : among[middle] < sought) low = middle + 1;                    \
            else high = middle;                                                                                \
        }                                                                                                      \
        return low;                                                                                            \
    }                                                                                                          \
    static inline Py_ssize_t gallop_##K(const T *among, Py_ssize_t size, Py_ssize_t from, T sought, int right) { \
        Py_ssize_t step = 1, low = from;                                                                       \
        while (from < size && (right ? among[from] <= sought : among[from] < sought)) {                        \
            low = from + 1;                                                                                    \
            from += step;                                                                                      \
            step += step;                                                                                      \
        }                                                                                                      \
        return halve_##K(among, low, from < size ? from : size, sought, right);                                \
    }                                                                                                          \
    static void search_##K(const T *among, Py_ssize_t size, const T *sought, Py_ssize_t count, int right,      \
                           int64_t *at) {                                                                      \
        Py_ssize_t from = 0;                                                                                   \
        for (Py_ssize_t n = 0; n < count; n++) {                                                               \
            int back = n && sought[n] < sought[n - 1];                                                         \
            at[n] = from = back ? halve_##K(among, 0, from, sought[n], right)                                  \
                                : gallop_##K(among, size, from, sought[n], right);                             \
        }                                                                                                      \
    }                                                                                                          \
    static void members_##K(const T *sought, Py_ssize_t count, const T *among, Py_ssize_t size, int64_t *at,   \
                            uint8_t *there) {                                                                  \
        search_##K(among, size, sought, count, 0, at);                                                         \
        for (Py_ssize_t n = 0; n < count; n++) {                                                               \
            if (at[n] == size) at[n] = 0;                                                                      \
            there[n] = among[at[n]] == sought[n];                                                              \
        }                                                                                                      \
    }                                                                                                          \
    static Py_ssize_t common_##K(const T *one, Py_ssize_t count, const T *other, Py_ssize_t size, T *found) {  \
        Py_ssize_t kept = 0, at = 0;                                                                           \
        int sparse = count * 16 < size;                                                                        \
        for (Py_ssize_t n = 0; n < count; n++) {                                                               \
            T sought = one[n];                                                                                 \
            if (sparse) at = gallop_##K(other, size, at, sought, 0);                                           \
            else while (at < size && other[at] < sought) at++;                                                 \
            if (at == size) break;                                                                             \
            if (other[at] == sought) found[kept++] = sought, at++; /* so no more are found than both have */   \
        }                                                                                                      \
        return kept;                                                                                           \
    }

DEFINE_GALLOP(i, int32_t)
DEFINE_GALLOP(I, uint32_t)
DEFINE_GALLOP(l, int64_t)
DEFINE_GALLOP(L, uint64_t)

#define RUN_BY_KIND(kind)                                                                                      \
    switch (kind) {                                                                                            \
        case 'i': RUN(i, int32_t); break;                                                                      \
        case 'I': RUN(I, uint32_t); break;                                                                     \
        case 'l': RUN(l, int64_t); break;                                                                      \
        default: RUN(L, uint64_t);                                                                             \
    }
#define IS_SORTED_KIND(kind) (strchr("iIlL", kind) != NULL)

KERNEL(find_members) { /* sought, among, =at, =there */
    CALL("**=l=B")
    REQUIRE(call.kind[0] == call.kind[1] && IS_SORTED_KIND(call.kind[0]))
    REQUIRE(SIZE(1) > 0 && SIZE(0) == SIZE(2) && SIZE(0) == SIZE(3))
    RELEASE(SIZE(0));
#define RUN(K, T) members_##K(DATA(0, T), SIZE(0), DATA(1, T), SIZE(1), DATA(2, int64_t), DATA(3, uint8_t))
    RUN_BY_KIND(call.kind[0])
#undef RUN
    RESTORE();
    return done(&call);
}

KERNEL(find_common) { /* sought, among, =found; the number of the found */
    CALL("**=*")
    REQUIRE(call.kind[0] == call.kind[1] && call.kind[0] == call.kind[2] && IS_SORTED_KIND(call.kind[0]))
    REQUIRE(SIZE(2) >= (SIZE(0) < SIZE(1) ? SIZE(0) : SIZE(1)))
    Py_ssize_t kept;
    RELEASE(SIZE(0));
#define RUN(K, T) kept = common_##K(DATA(0, T), SIZE(0), DATA(1, T), SIZE(1), DATA(2, T))
    RUN_BY_KIND(call.kind[0])
#undef RUN
    RESTORE();
    return counted(&call, kept);
}

/* Read place n of an array of int32 or int64. */
#define AT(n, place) (call.kind[n] == 'i' ? (int64_t)DATA(n, int32_t)[place] : DATA(n, int64_t)[place])
#define IS_INDEX(n) (call.kind[n] == 'i' || call.kind[n] == 'l')

/* Both end at a number that is outside of the table, and return how many they have been through. */
#define DEFINE_TABLE(K, T)                                                                                     \
    static Py_ssize_t mark_##K(uint8_t *table, Py_ssize_t size, const T *docs, Py_ssize_t count,               \
                               uint8_t value, Py_ssize_t *changed) {                                           \
        for (Py_ssize_t n = 0; n < count; n++) {                                                               \
            T doc = docs[n];                                                                                   \
            if (!INSIDE(doc, size)) return n;                                                                  \
            *changed += table[doc] != value;                                                                   \
            table[doc] = value;                                                                                \
        }                                                                                                      \
        return count;                                                                                          \
    }                                                                                                          \
    static Py_ssize_t take_##K(const uint8_t *table, Py_ssize_t size, const T *docs, Py_ssize_t count,         \
                               uint8_t *flags) {                                                               \
        for (Py_ssize_t n = 0; n < count; n++) {                                                               \
            T doc = docs[n];                                                                                   \
            if (!INSIDE(doc, size)) return n;                                                                  \
            flags[n] = table[doc];                                                                             \
        }                                                                                                      \
        return count;                                                                                          \
    }

DEFINE_TABLE(i, int32_t)
DEFINE_TABLE(l, int64_t)

KERNEL(mark) { /* =table, docs, value; how many entries have changed, also before an error */
    CALL("=B*.")
    REQUIRE(IS_INDEX(1))
    uint8_t *table = DATA(0, uint8_t), value = (uint8_t)call.number[2];
    Py_ssize_t changed = 0, count = SIZE(1), size = SIZE(0), passed;
    RELEASE(count);
    if (call.kind[1] == 'i') passed = mark_i(table, size, DATA(1, int32_t), count, value, &changed);
    else passed = mark_l(table, size, DATA(1, int64_t), count, value, &changed);
    RESTORE();
    if (passed < count) FAIL(PyExc_IndexError, OUTSIDE);
    return counted(&call, changed);
}

KERNEL(take_flags) { /* table, docs, =flags */
    CALL("B*=B")
    REQUIRE(IS_INDEX(1) && SIZE(1) == SIZE(2))
    const uint8_t *table = DATA(0, uint8_t);
    uint8_t *flags = DATA(2, uint8_t);
    Py_ssize_t count = SIZE(1), size = SIZE(0), passed;
    RELEASE(count);
    if (call.kind[1] == 'i') passed = take_i(table, size, DATA(1, int32_t), count, flags);
    else passed = take_l(table, size, DATA(1, int64_t), count, flags);
    RESTORE();
    if (passed < count) FAIL(PyExc_IndexError, OUTSIDE);
    return done(&call);
}

KERNEL(collect) { /* table, =numbers of the entries that are set */
    CALL("B=i")
    const uint8_t *table = DATA(0, uint8_t);
    int32_t *found = DATA(1, int32_t);
    Py_ssize_t size = SIZE(0), room = SIZE(1), count = 0, n = 0;
    RELEASE(size);
    for (uint64_t eight; n < size && count <= room; n += 8) {
        Py_ssize_t end = size - n < 8 ? size : n + 8;
        if (end == n + 8) {
            memcpy(&eight, table + n, 8);
            if (!eight) continue;
        }
        if (count + 8 <= room)
            for (Py_ssize_t at = n; at < end; at++) { /* without a branch that would often be guessed wrong */
                found[count] = (int32_t)at;
                count += table[at] != 0;
            }
        else
            for (Py_ssize_t at = n; at < end; at++)
                if (table[at] && count++ < room) found[count - 1] = (int32_t)at;
    }
    RESTORE();
    REQUIRE(count == room)
    return done(&call);
}

KERNEL(find_flagged) { /* flags, docs, =places; how many docs have their flag set */
    CALL("Bi=l")
    REQUIRE(SIZE(2) >= SIZE(1))
    const uint8_t *flags = DATA(0, uint8_t);
    const int32_t *docs = DATA(1, int32_t);
    int64_t *found = DATA(2, int64_t);
    Py_ssize_t count = 0, size = SIZE(0);
    int sound = 1;
    RELEASE(SIZE(1));
    for (Py_ssize_t n = 0; n < SIZE(1); n++) {
        if (!INSIDE(docs[n], size)) {
            sound = 0;
            break;
        }
        if (flags[docs[n]]) found[count++] = n; /* most are not, so the branch is guessed right */
    }
    RESTORE();
    if (!sound) FAIL(PyExc_IndexError, OUTSIDE);
    return counted(&call, count);
}

KERNEL(expand_runs) { /* starts, sizes, =numbers */
    CALL("**=*")
    REQUIRE(IS_INDEX(0) && call.kind[1] == call.kind[0] && call.kind[2] == call.kind[0] && SIZE(0) == SIZE(1))
    Py_ssize_t left = SIZE(2), done_so_far = 0;
    int fits = 1;
    RELEASE(left);
#define EXPAND(T)                                                                                              \
    for (Py_ssize_t n = 0; n < SIZE(0) && fits; n++) {                                                         \
        T number = DATA(0, T)[n], size = DATA(1, T)[n], *to = DATA(2, T) + done_so_far;                        \
        if (!(fits = size >= 0 && size <= left)) break;                                                        \
        for (T at = 0; at < size; at++) to[at] = number + at;                                                  \
        done_so_far += size;                                                                                   \
        left -= size;                                                                                          \
    }
    if (call.kind[0] == 'i') {
        EXPAND(int32_t)
    } else {
        EXPAND(int64_t)
    }
#undef EXPAND
    RESTORE();
    REQUIRE(fits && !left)
    return done(&call);
}

static inline int64_t frequency_at(const void *frequencies, char kind, Py_ssize_t at) {
    return kind == 'B'   ? ((const uint8_t *)frequencies)[at]
           : kind == 'i' ? ((const int32_t *)frequencies)[at]
                         : ((const int64_t *)frequencies)[at];
}
#define IS_FREQUENCY(n) (strchr("Bil", call.kind[n]) != NULL)

KERNEL(add_postings) { /* docs, frequencies, earliness, =totals, =highest */
    CALL("i*B=l=B")
    REQUIRE(IS_FREQUENCY(1) && SIZE(0) == SIZE(1) && SIZE(0) == SIZE(2) && SIZE(3) == SIZE(4))
    Py_ssize_t size = SIZE(3);
    int sound = 1;
    RELEASE(SIZE(0));
    for (Py_ssize_t n = 0; n < SIZE(0); n++) {
        int32_t doc = DATA(0, int32_t)[n];
        if (!(sound = INSIDE(doc, size))) break;
        DATA(3, int64_t)[doc] += frequency_at(call.data[1], call.kind[1], n);
        uint8_t *highest = &DATA(4, uint8_t)[doc], own = DATA(2, uint8_t)[n];
        if (own > *highest) *highest = own;
    }
    RESTORE();
    if (!sound) FAIL(PyExc_IndexError, OUTSIDE);
    return done(&call);
}

/* --- scores --------------------------------------------------------------------------------------------- */

KERNEL(add_scores) { /* =totals, docs, scores */
    CALL("=fif")
    REQUIRE(SIZE(1) == SIZE(2))
    float *totals = DATA(0, float);
    Py_ssize_t size = SIZE(0);
    int sound = 1;
    RELEASE(SIZE(1));
    for (Py_ssize_t n = 0; n < SIZE(1); n++) {
        int32_t doc = DATA(1, int32_t)[n];
        if (!(sound = INSIDE(doc, size))) break;
        totals[doc] += DATA(2, float)[n];
    }
    RESTORE();
    if (!sound) FAIL(PyExc_IndexError, OUTSIDE);
    return done(&call);
}

/* The part of each entry, at place n of the documents or, if not every document has the field, where `at` says. */
#define ADD_FIELD(F, PLACE)                                                                                    \
    for (Py_ssize_t n = 0; n < count; n++) {                                                                   \
        int64_t place = PLACE;                                                                                 \
        if (!(sound = INSIDE(place, documents))) break;                                                        \
        int32_t doc = docs[place];                                                                             \
        if (!(sound = INSIDE(doc, size))) break;                                                               \
        float frequency = (float)DATA(5, F)[n];                                                                \
        if (weight != 0) frequency *= (float)earliness[n] * weight + 1;                                        \
        tf[place] += norms[doc] * frequency;                                                                   \
    }

KERNEL(add_field) { /* =tf, docs, at (or docs), if `at` is all, norms, frequencies, earliness, weight */
    CALL("=fi*.f*B~")
    int every = call.number[3] != 0;
    char kind = call.kind[5];
    Py_ssize_t count = SIZE(5), size = SIZE(4), documents = SIZE(1);
    REQUIRE(SIZE(0) == documents && count == SIZE(6) && IS_FREQUENCY(5))
    REQUIRE(every ? count == documents : IS_INDEX(2) && count == SIZE(2))
    float *restrict tf = DATA(0, float);
    float weight = (float)call.real[7];
    const int32_t *restrict docs = DATA(1, int32_t);
    const float *restrict norms = DATA(4, float);
    const uint8_t *restrict earliness = DATA(6, uint8_t);
    int sound = 1;
    RELEASE(count);
    if (every && kind == 'B') ADD_FIELD(uint8_t, n)
    else if (every && kind == 'i') ADD_FIELD(int32_t, n)
    else if (every) ADD_FIELD(int64_t, n)
    else if (kind == 'B') ADD_FIELD(uint8_t, AT(2, n))
    else if (kind == 'i') ADD_FIELD(int32_t, AT(2, n))
    else ADD_FIELD(int64_t, AT(2, n))
    RESTORE();
    if (!sound) FAIL(PyExc_IndexError, OUTSIDE);
    return done(&call);
}

KERNEL(saturate) { /* =tf, factor, k1 */
    CALL("=f~~")
    float *tf = DATA(0, float), factor = (float)call.real[1], k1 = (float)call.real[2];
    RELEASE(SIZE(0));
    for (Py_ssize_t n = 0; n < SIZE(0); n++) tf[n] = tf[n] * factor / (tf[n] + k1);
    RESTORE();
    return done(&call);
}

/* The `limit`-th highest key, by a heap whose lowest key is first. */
#define DEFINE_BOUND(K, T)                                                                                     \
    static T bound_##K(const T *keys, Py_ssize_t count, T *heap, Py_ssize_t limit) {                           \
        for (Py_ssize_t n = 0; n < count; n++) {                                                               \
            T key = keys[n];                                                                                   \
            if (n < limit) {                                                                                   \
                Py_ssize_t at = n;                                                                             \
                for (; at && heap[(at - 1) / 2] > key; at = (at - 1) / 2) heap[at] = heap[(at - 1) / 2];       \
                heap[at] = key;                                                                                \
            } else if (key > heap[0]) {                                                                        \
                Py_ssize_t at = 0, below;                                                                      \
                while ((below = 2 * at + 1) < limit) {                                                         \
                    if (below + 1 < limit && heap[below + 1] < heap[below]) below++;                           \
                    if (heap[below] >= key) break;                                                             \
                    heap[at] = heap[below];                                                                    \
                    at = below;                                                                                \
                }                                                                                              \
                heap[at] = key;                                                                                \
            }                                                                                                  \
        }                                                                                                      \
        return heap[0];                                                                                        \
    }

DEFINE_BOUND(f, float)
DEFINE_BOUND(l, int64_t)

KERNEL(bound_of_highest) { /* keys, limit, =room for the limit; the limit-th highest key */
    CALL("*.=*")
    Py_ssize_t limit = (Py_ssize_t)call.number[1];
    REQUIRE(call.kind[0] == call.kind[2] && limit > 0 && limit <= SIZE(0) && SIZE(2) == limit)
    REQUIRE(call.kind[0] == 'f' || call.kind[0] == 'l')
    float real = 0;
    int64_t number = 0;
    int is_real = call.kind[0] == 'f';
    RELEASE(SIZE(0));
    if (is_real) real = bound_f(DATA(0, float), SIZE(0), DATA(2, float), limit);
    else number = bound_l(DATA(0, int64_t), SIZE(0), DATA(2, int64_t), limit);
    RESTORE();
    end_call(&call);
    return is_real ? PyFloat_FromDouble(real) : PyLong_FromLongLong(number);
}

#define MAX_TARGET 320 /* characters; a longer word is left to NumPy */

#define LESS(a, b) ((a) < (b) ? (a) : (b))

/* Wagner and Fischer (1974) with swaps of neighbours, three rows of the table at a time. */
#define DEFINE_EDITS(K, T)                                                                                     \
    static int16_t edits_##K(const T *word, Py_ssize_t length, const uint32_t *target, Py_ssize_t size) {      \
        int16_t rows[3][MAX_TARGET + 1], *before = rows[0], *row = rows[1], *earlier = rows[2], *swap;         \
        for (Py_ssize_t j = 0; j <= size; j++) row[j] = (int16_t)j;                                            \
        for (Py_ssize_t i = 1; i <= length; i++) {                                                             \
            uint32_t letter = word[i - 1];                                                                     \
            swap = earlier, earlier = before, before = row, row = swap;                                        \
            row[0] = (int16_t)i;                                                                               \
            for (Py_ssize_t j = 1; j <= size; j++) {                                                           \
                int16_t cost = before[j - 1] + (letter != target[j - 1]);                                      \
                cost = LESS(cost, before[j] + 1);                                                              \
                cost = LESS(cost, row[j - 1] + 1);                                                             \
                if (i > 1 && j > 1 && letter == target[j - 2] && word[i - 2] == target[j - 1])                 \
                    cost = LESS(cost, earlier[j - 2] + 1);                                                     \
                row[j] = cost;                                                                                 \
            }                                                                                                  \
        }                                                                                                      \
        return row[size];                                                                                      \
    }

DEFINE_EDITS(B, uint8_t)
DEFINE_EDITS(I, uint32_t)

KERNEL(edit_distances) { /* letters, width, target, lengths, =distances */
    CALL("*.Il=h")
    Py_ssize_t width = (Py_ssize_t)call.number[1], count = SIZE(4), size = SIZE(2);
    REQUIRE(width >= 0 && SIZE(0) == width * count && SIZE(3) == count && size <= MAX_TARGET)
    REQUIRE(call.kind[0] == 'B' || call.kind[0] == 'I')
    int sound = 1;
    RELEASE(count * 16);
    for (Py_ssize_t n = 0; n < count && sound; n++) {
        int64_t length = DATA(3, int64_t)[n];
        if (!(sound = length >= 0 && length <= width)) break;
        DATA(4, int16_t)[n] =
            call.kind[0] == 'B' ? edits_B(DATA(0, uint8_t) + n * width, length, DATA(2, uint32_t), size)
                                : edits_I(DATA(0, uint32_t) + n * width, length, DATA(2, uint32_t), size);
    }
    RESTORE();
    if (!sound) FAIL(PyExc_IndexError, OUTSIDE);
    return done(&call);
}

/* --- spans ---------------------------------------------------------------------------------------------- */

KERNEL(drop_distant) { /* left, right, distance, =kept left, =kept right, =their counts */
    CALL("ll.=l=l=l")
    const int64_t *sides[2] = {DATA(0, int64_t), DATA(1, int64_t)};
    int64_t *kept[2] = {DATA(3, int64_t), DATA(4, int64_t)}, counts[2] = {0, 0};
    Py_ssize_t sizes[2] = {SIZE(0), SIZE(1)}, at[2] = {0, 0};
    uint64_t distance = (uint64_t)call.number[2], before = 0;
    REQUIRE(SIZE(3) >= sizes[0] && SIZE(4) >= sizes[1] && SIZE(5) == 2)
    int side = 0, is_kept = 0; /* of the place before */
    RELEASE(sizes[0] + sizes[1]);
    while (at[0] < sizes[0] || at[1] < sizes[1]) {
        int now = at[0] == sizes[0] || (at[1] < sizes[1] && sides[1][at[1]] < sides[0][at[0]]);
        uint64_t place = (uint64_t)sides[now][at[now]] << 1 | (uint64_t)now;
        int close = at[0] + at[1] > 0 && place - before <= (distance << 1) + 1;
        if (close && !is_kept) kept[side][counts[side]++] = (int64_t)(before >> 1);
        if (close) kept[now][counts[now]++] = (int64_t)(place >> 1);
        is_kept = close;
        side = now;
        before = place;
        at[now]++;
    }
    RESTORE();
    DATA(5, int64_t)[0] = counts[0];
    DATA(5, int64_t)[1] = counts[1];
    return done(&call);
}

KERNEL(nearest_followers) { /* first, second, distance, =documents, =distances; their number */
    CALL("ll.=i=l")
    REQUIRE(SIZE(3) >= SIZE(0) && SIZE(4) >= SIZE(0))
    const int64_t *first = DATA(0, int64_t), *second = DATA(1, int64_t);
    Py_ssize_t size = SIZE(1), at = 0, count = 0;
    int64_t distance = call.number[2];
    RELEASE(SIZE(0));
    for (Py_ssize_t n = 0; n < SIZE(0); n++) {
        at = gallop_l(second, size, at, first[n], 1);
        if (at == size) break;
        if (second[at] - first[n] > distance) continue;
        DATA(3, int32_t)[count] = (int32_t)(first[n] >> 32);
        DATA(4, int64_t)[count++] = second[at] - first[n];
    }
    RESTORE();
    return counted(&call, count);
}

/* Spans of words in both lists, one after the other, as `_followed` finds them: each of the first with the next
   of the second, then each of the second with the last of the first before it. */
KERNEL(follow) { /* first, second, distance, =starts, =ends; their number */
    CALL("ll.=l=l")
    const int64_t *first = DATA(0, int64_t), *second = DATA(1, int64_t);
    int64_t *starts = DATA(3, int64_t), *ends = DATA(4, int64_t), distance = call.number[2];
    Py_ssize_t ones = SIZE(0), others = SIZE(1), at = 0, count = 0;
    REQUIRE(SIZE(3) >= ones + others && SIZE(4) >= ones + others)
    RELEASE(ones + others);
    for (Py_ssize_t n = 0; n < ones; n++) {
        at = gallop_l(second, others, at, first[n], 1);
        if (at == others) break;
        if (second[at] - first[n] > distance) continue;
        starts[count] = first[n];
        ends[count++] = second[at];
    }
    at = 0;
    for (Py_ssize_t n = 0; n < others; n++) {
        at = gallop_l(first, ones, at, second[n], 0);
        if (!at || second[n] - first[at - 1] > distance) continue;
        starts[count] = first[at - 1];
        ends[count++] = second[n];
    }
    RESTORE();
    return counted(&call, count);
}

#define NUMBER_WORDS(B, F, P)                                                                                  \
    for (Py_ssize_t n = 0; n < SIZE(0) && sound; n++) {                                                        \
        int32_t doc = docs[n];                                                                                 \
        Py_ssize_t frequency = (Py_ssize_t)DATA(1, F)[n];                                                      \
        if (!(sound = INSIDE(doc, SIZE(3)) && frequency >= 0 && frequency <= left)) break;                     \
        B base = (B)(DATA(3, B)[doc] - offset);                                                                \
        const P *own = DATA(2, P) + at;                                                                        \
        B *to = DATA(5, B) + at;                                                                               \
        for (Py_ssize_t word = 0; word < frequency; word++) to[word] = (B)(base + own[word]);                  \
        at += frequency;                                                                                       \
        left -= frequency;                                                                                     \
    }
#define NUMBER_BY_POSITIONS(B, F)                                                                              \
    switch (call.kind[2]) {                                                                                    \
        case 'B': NUMBER_WORDS(B, F, uint8_t) break;                                                           \
        case 'H': NUMBER_WORDS(B, F, uint16_t) break;                                                          \
        default: NUMBER_WORDS(B, F, int32_t)                                                                   \
    }

KERNEL(number_words) { /* docs, frequencies, positions, bases, offset, =numbers */
    CALL("i***.=*")
    REQUIRE((call.kind[1] == 'B' || call.kind[1] == 'i') && strchr("BHi", call.kind[2]))
    REQUIRE(IS_INDEX(3) && call.kind[5] == call.kind[3] && SIZE(0) == SIZE(1) && SIZE(5) == SIZE(2))
    const int32_t *docs = DATA(0, int32_t);
    int64_t offset = call.number[4];
    Py_ssize_t left = SIZE(2), at = 0;
    int sound = 1, small = call.kind[1] == 'B';
    RELEASE(left);
    if (call.kind[3] == 'i') {
        if (small) NUMBER_BY_POSITIONS(int32_t, uint8_t)
        else NUMBER_BY_POSITIONS(int32_t, int32_t)
    } else {
        if (small) NUMBER_BY_POSITIONS(int64_t, uint8_t)
        else NUMBER_BY_POSITIONS(int64_t, int32_t)
    }
    RESTORE();
    if (!sound || left) FAIL(PyExc_IndexError, OUTSIDE);
    return done(&call);
}

#define COUNT_STARTS(K, T)                                                                                     \
    for (Py_ssize_t n = 0; n < SIZE(0); n++) {                                                                 \
        T start = DATA(0, T)[n];                                                                               \
        at = gallop_##K(DATA(1, T), SIZE(1), at, start, 1);                                                    \
        if (!(sound = at > 0)) break;                                                                          \
        if (!count || DATA(2, int32_t)[count - 1] != at - 1) {                                                 \
            DATA(2, int32_t)[count] = (int32_t)(at - 1);                                                       \
            DATA(3, int64_t)[count] = 0;                                                                       \
            DATA(4, T)[count++] = start - DATA(1, T)[at - 1];                                                  \
        }                                                                                                      \
        DATA(3, int64_t)[count - 1]++;                                                                         \
    }

KERNEL(count_starts) { /* starts, bases, =documents, =counts, =first positions; their number */
    CALL("**=i=l=*")
    REQUIRE(IS_INDEX(0) && call.kind[1] == call.kind[0] && call.kind[4] == call.kind[0])
    REQUIRE(SIZE(2) >= SIZE(0) && SIZE(3) >= SIZE(0) && SIZE(4) >= SIZE(0))
    Py_ssize_t at = 0, count = 0;
    int sound = 1;
    RELEASE(SIZE(0));
    if (call.kind[0] == 'i') {
        COUNT_STARTS(i, int32_t)
    } else {
        COUNT_STARTS(l, int64_t)
    }
    RESTORE();
    if (!sound) FAIL(PyExc_IndexError, OUTSIDE);
    return counted(&call, count);
}

KERNEL(count_flagged) { /* docs, frequencies, flags, =documents, =counts, =places; their number */
    CALL("i*B=i=l=l")
    REQUIRE((call.kind[1] == 'B' || call.kind[1] == 'i') && SIZE(0) == SIZE(1))
    REQUIRE(SIZE(3) >= SIZE(0) && SIZE(4) >= SIZE(0) && SIZE(5) >= SIZE(0))
    const uint8_t *flags = DATA(2, uint8_t);
    Py_ssize_t left = SIZE(2), at = 0, count = 0;
    int sound = 1;
    RELEASE(left);
    for (Py_ssize_t n = 0; n < SIZE(0); n++) {
        Py_ssize_t frequency = call.kind[1] == 'B' ? DATA(1, uint8_t)[n] : DATA(1, int32_t)[n], own = 0;
        if (!(sound = frequency >= 0 && frequency <= left)) break;
        for (Py_ssize_t word = 0; word < frequency; word++) {
            if (flags[at + word] && !own++) DATA(5, int64_t)[count] = at + word;
        }
        if (own) {
            DATA(3, int32_t)[count] = DATA(0, int32_t)[n];
            DATA(4, int64_t)[count++] = own;
        }
        at += frequency;
        left -= frequency;
    }
    RESTORE();
    REQUIRE(sound && !left)
    return counted(&call, count);
}

static inline int64_t small_number(const void *numbers, char kind, Py_ssize_t at) {
    return kind == 'B' ? ((const uint8_t *)numbers)[at]
           : kind == 'H' ? ((const uint16_t *)numbers)[at]
                         : ((const int32_t *)numbers)[at];
}

/* Move `at` to the first document that is not before `doc`; the sum of the frequencies on the way. */
static Py_ssize_t pass_over(const int32_t *docs, const void *frequencies, char kind, Py_ssize_t size, int32_t doc,
                            Py_ssize_t *at) {
    Py_ssize_t place = *at, sum = 0;
    if (kind == 'B')
        for (; place < size && docs[place] < doc; place++) sum += ((const uint8_t *)frequencies)[place];
    else
        for (; place < size && docs[place] < doc; place++) sum += ((const int32_t *)frequencies)[place];
    *at = place;
    return sum;
}

/* One document after the other: the positions of the first word, then those of them that the next words follow. */
/* =documents, =counts, =first positions, then documents, frequencies and positions of each word; the number of the
   documents */
KERNEL(count_phrase) {
    char spec[MAX_ARGUMENTS + 8] = "=i=l=l";
    int words = (int)(given - 3) / 3;
    if (words < 2 || words * 3 + 3 != given || given > MAX_ARGUMENTS) words = 0;
    for (int word = 0; word < words; word++) strcat(spec, "i**");
    CALL(spec)
    REQUIRE(words)
    Py_ssize_t at[MAX_ARGUMENTS / 3] = {0}, begin[MAX_ARGUMENTS / 3] = {0}, count = 0, found = 0, room = SIZE(0);
    for (int word = 0; word < words; word++) {
        int own = 3 + 3 * word;
        REQUIRE(SIZE(own) == SIZE(own + 1) && strchr("Bi", call.kind[own + 1]) && strchr("BHi", call.kind[own + 2]))
        count += SIZE(own + 2);
    }
    REQUIRE(SIZE(1) == room && SIZE(2) == room)
    int sound = 1;
    RELEASE(count);
    for (;;) {
        int32_t doc = INT32_MIN;
        int word = 0, equal = 0;
        while (equal < words) { /* the next document that all words have */
            int own = 3 + 3 * word;
            const int32_t *docs = DATA(own, int32_t);
            begin[word] += pass_over(docs, call.data[own + 1], call.kind[own + 1], SIZE(own), doc, &at[word]);
            Py_ssize_t place = at[word];
            if (place == SIZE(own)) goto ended;
            equal = docs[place] == doc ? equal + 1 : 1;
            doc = docs[place];
            word = word + 1 < words ? word + 1 : 0;
        }
        Py_ssize_t next[MAX_ARGUMENTS / 3] = {0}, sizes[MAX_ARGUMENTS / 3], own_count = 0;
        for (word = 0; word < words; word++) {
            sizes[word] = small_number(call.data[4 + 3 * word], call.kind[4 + 3 * word], at[word]);
            Py_ssize_t left = SIZE(5 + 3 * word) - begin[word];
            if (!(sound = sizes[word] >= 0 && begin[word] >= 0 && sizes[word] <= left)) goto ended;
        }
        for (Py_ssize_t n = 0; n < sizes[0]; n++) {
            int64_t start = small_number(call.data[5], call.kind[5], begin[0] + n);
            for (word = 1; word < words; word++) {
                const void *positions = call.data[5 + 3 * word];
                char kind = call.kind[5 + 3 * word];
                while (next[word] < sizes[word] &&
                       small_number(positions, kind, begin[word] + next[word]) < start + word)
                    next[word]++;
                if (next[word] == sizes[word]) break;
                if (small_number(positions, kind, begin[word] + next[word]) != start + word) break;
            }
            if (word < words) continue;
            if (!own_count++) {
                if (!(sound = found < room)) goto ended;
                DATA(0, int32_t)[found] = doc;
                DATA(2, int64_t)[found] = start;
            }
        }
        if (own_count) DATA(1, int64_t)[found++] = own_count;
        for (word = 0; word < words; word++) {
            begin[word] += sizes[word];
            at[word]++;
        }
    }
ended:
    RESTORE();
    if (!sound) FAIL(PyExc_IndexError, OUTSIDE);
    return counted(&call, found);
}

static int is_before(int64_t start, int64_t end, int64_t other_start, int64_t other_end) {
    return start < other_start || (start == other_start && end < other_end);
}

/* Sort spans by start, then end, and leave out repeats (a heap sort, for one document may have very many). */
static Py_ssize_t sort_spans(int64_t *starts, int64_t *ends, Py_ssize_t count) {
    for (Py_ssize_t left = count / 2, size = count; size > 1;) {
        int64_t start, end;
        if (left) left--, start = starts[left], end = ends[left];
        else {
            size--;
            start = starts[size], end = ends[size];
            starts[size] = starts[0], ends[size] = ends[0];
            if (size == 1) {
                starts[0] = start, ends[0] = end;
                break;
            }
        }
        Py_ssize_t at = left, below;
        for (; (below = 2 * at + 1) < size; at = below) {
            Py_ssize_t beside = below + 1;
            if (beside < size && is_before(starts[below], ends[below], starts[beside], ends[beside])) below = beside;
            if (!is_before(start, end, starts[below], ends[below])) break;
            starts[at] = starts[below], ends[at] = ends[below];
        }
        starts[at] = start, ends[at] = end;
    }
    Py_ssize_t kept = 0;
    for (Py_ssize_t n = 0; n < count; n++)
        if (!kept || starts[n] != starts[kept - 1] || ends[n] != ends[kept - 1])
            starts[kept] = starts[n], ends[kept++] = ends[n];
    return kept;
}

typedef struct {
    const void *positions;
    char kind;
    Py_ssize_t from, size;
} Places;

static inline int64_t place_of(const Places *places, Py_ssize_t n) {
    return small_number(places->positions, places->kind, places->from + n);
}

/* The pairs that `follow` finds, in one document. */
static Py_ssize_t follow_in(const Places *first, const Places *second, int64_t distance, int64_t *starts,
                            int64_t *ends, Py_ssize_t count) {
    Py_ssize_t at = 0;
    for (Py_ssize_t n = 0; n < first->size; n++) {
        int64_t start = place_of(first, n);
        while (at < second->size && place_of(second, at) <= start) at++;
        if (at == second->size) break;
        if (place_of(second, at) - start > distance) continue;
        starts[count] = start, ends[count++] = place_of(second, at);
    }
    at = 0;
    for (Py_ssize_t n = 0; n < second->size; n++) {
        int64_t end = place_of(second, n);
        while (at < first->size && place_of(first, at) < end) at++;
        if (!at || end - place_of(first, at - 1) > distance) continue;
        starts[count] = place_of(first, at - 1), ends[count++] = end;
    }
    return count;
}

/* documents, frequencies, positions of two words, distance, ordered, =starts, =ends; their number */
KERNEL(find_near_words) {
    CALL("i**i**..=l=l")
    int64_t *starts = DATA(8, int64_t), *ends = DATA(9, int64_t), distance = call.number[6];
    Py_ssize_t room = SIZE(8), at[2] = {0, 0}, begin[2] = {0, 0}, count = 0;
    int ordered = call.number[7] != 0, sound = 1;
    for (int side = 0; side < 2; side++)
        REQUIRE(SIZE(3 * side) == SIZE(3 * side + 1) && strchr("Bi", call.kind[3 * side + 1]) &&
                strchr("BHi", call.kind[3 * side + 2]))
    REQUIRE(SIZE(9) == room)
    RELEASE(SIZE(2) + SIZE(5));
    while (at[0] < SIZE(0) && at[1] < SIZE(3)) {
        int32_t docs[2] = {DATA(0, int32_t)[at[0]], DATA(3, int32_t)[at[1]]};
        if (docs[0] != docs[1]) { /* pass over the documents of one side that are before the other's */
            int side = docs[0] > docs[1];
            begin[side] += pass_over(DATA(3 * side, int32_t), call.data[3 * side + 1], call.kind[3 * side + 1],
                                     SIZE(3 * side), docs[1 - side], &at[side]);
            continue;
        }
        Places places[2];
        for (int side = 0; side < 2; side++) {
            Py_ssize_t size = small_number(call.data[3 * side + 1], call.kind[3 * side + 1], at[side]++);
            if (!(sound = size >= 0 && begin[side] >= 0 && size <= SIZE(3 * side + 2) - begin[side])) goto ended;
            places[side] = (Places){call.data[3 * side + 2], call.kind[3 * side + 2], begin[side], size};
            begin[side] += size;
        }
        if (!(sound = count + 2 * (places[0].size + places[1].size) <= room)) goto ended;
        Py_ssize_t own = follow_in(&places[0], &places[1], distance, starts, ends, count);
        if (!ordered) own = follow_in(&places[1], &places[0], distance, starts, ends, own);
        own = count + sort_spans(starts + count, ends + count, own - count);
        for (; count < own; count++) {
            starts[count] |= (int64_t)docs[0] << 32;
            ends[count] |= (int64_t)docs[0] << 32;
        }
    }
ended:
    RESTORE();
    if (!sound) FAIL(PyExc_IndexError, OUTSIDE);
    return counted(&call, count);
}

/* --- strings -------------------------------------------------------------------------------------------- */

/* The first place of `sought` in text[from:size], or `size`. */
static Py_ssize_t find_bytes(const uint8_t *text, Py_ssize_t size, Py_ssize_t from, const uint8_t *sought,
                             Py_ssize_t length) {
    while (size - from >= length) {
        const uint8_t *at = memchr(text + from, sought[0], (size_t)(size - from - length + 1));
        if (!at) break;
        if (!memcmp(at, sought, (size_t)length)) return at - text;
        from = at - text + 1;
    }
    return size;
}

KERNEL(find_containing) { /* text, edges, sought, =flags */
    CALL("B*B=B")
    const uint8_t *text = DATA(0, uint8_t), *sought = DATA(2, uint8_t);
    Py_ssize_t size = SIZE(0), length = SIZE(2), strings = SIZE(3), at = 0;
    REQUIRE(IS_INDEX(1) && SIZE(1) == strings + 1 && length > 0)
    int sound = 1;
    RELEASE(size);
    for (Py_ssize_t n = 0; n < strings && sound; n++) {
        int64_t start = AT(1, n), end = AT(1, n + 1);
        if (!(sound = start >= 0 && start <= end && end <= size)) break;
        if (at < start) at = start;
        if (at + length > end) continue;
        at = find_bytes(text, size, at, sought, length);
        DATA(3, uint8_t)[n] = at + length <= end;
    }
    RESTORE();
    if (!sound) FAIL(PyExc_IndexError, OUTSIDE);
    return done(&call);
}

KERNEL(find_at) { /* text, starts, sought, first shift, shift after the last, =flags */
    CALL("BlB..=B")
    const uint8_t *text = DATA(0, uint8_t), *sought = DATA(2, uint8_t);
    int64_t size = SIZE(0), length = SIZE(2), first = call.number[3], after = call.number[4];
    REQUIRE(SIZE(5) == SIZE(1) && length > 0 && first >= 0)
    int sound = 1;
    RELEASE(SIZE(1));
    for (Py_ssize_t n = 0; n < SIZE(1) && sound; n++) {
        int64_t start = DATA(1, int64_t)[n];
        if (!(sound = start >= 0 && start <= size)) break;
        for (int64_t at = start + first; at < start + after && at + length <= size; at++)
            if (text[at] == sought[0] && !memcmp(text + at, sought, (size_t)length)) {
                DATA(5, uint8_t)[n] = 1;
                break;
            }
    }
    RESTORE();
    if (!sound) FAIL(PyExc_IndexError, OUTSIDE);
    return done(&call);
}

/* --- inversion ------------------------------------------------------------------------------------------ */

static inline int is_joining(uint8_t byte) { return byte == '.' || byte == ',' || byte == '\'' || byte == '&'; }

static inline int is_kept(uint8_t byte) {
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || byte >= 0x80 || is_joining(byte);
}

/* How many bytes of white space outside ASCII begin here. `general` and `latin` have a sign of ASCII for the last
   byte of a sign of these blocks. */
static inline int wide_space(const uint8_t *text, Py_ssize_t left, const uint8_t *general, const uint8_t *latin) {
    if (text[0] == 0xE2) return left > 2 && text[1] == 0x80 && general[text[2]] == ' ' ? 3 : 0;
    if (text[0] == 0xC2) return left > 1 && latin[text[1]] == ' ' ? 2 : 0;
    return 0;
}

KERNEL(cut_pieces) { /* text, general, latin, =starts, =sizes; their number */
    CALL("BBB=l=l")
    const uint8_t *text = DATA(0, uint8_t), *general = DATA(1, uint8_t), *latin = DATA(2, uint8_t);
    Py_ssize_t size = SIZE(0), at = 0, count = 0;
    REQUIRE(SIZE(1) == 256 && SIZE(2) == 256 && SIZE(3) >= (size + 1) / 2 && SIZE(4) >= (size + 1) / 2)
    RELEASE(size);
    while (at < size) {
        int skipped = text[at] >= 0x80 ? wide_space(text + at, size - at, general, latin) : !is_kept(text[at]);
        if (skipped) {
            at += skipped;
            continue;
        }
        Py_ssize_t start = at++;
        while (at < size && is_kept(text[at]) &&
               !(text[at] >= 0xC2 && wide_space(text + at, size - at, general, latin)))
            at++;
        Py_ssize_t end = at;
        if (is_joining(text[start])) start++;
        if (is_joining(text[end - 1])) end--;
        if (start < end) {
            DATA(3, int64_t)[count] = start;
            DATA(4, int64_t)[count++] = end - start;
        }
    }
    RESTORE();
    return counted(&call, count);
}

static inline uint64_t first_bytes(const uint8_t *from, int64_t count) {
    uint64_t eight;
    memcpy(&eight, from, 8);
    return count >= 8 ? eight : count <= 0 ? 0 : eight & ((1ULL << 8 * count) - 1);
}

KERNEL(pack_pieces) { /* text, starts, sizes, =lows, =highs */
    CALL("Bll=L=L")
    REQUIRE(SIZE(1) == SIZE(2) && SIZE(1) == SIZE(3) && SIZE(1) == SIZE(4))
    const uint8_t *text = DATA(0, uint8_t);
    int sound = 1;
    RELEASE(SIZE(1));
    for (Py_ssize_t n = 0; n < SIZE(1) && sound; n++) {
        int64_t start = DATA(1, int64_t)[n], size = DATA(2, int64_t)[n];
        if (!(sound = start >= 0 && start <= SIZE(0) - 16)) break;
        DATA(3, uint64_t)[n] = first_bytes(text + start, size);
        DATA(4, uint64_t)[n] = first_bytes(text + start + 8, size - 8);
    }
    RESTORE();
    if (!sound) FAIL(PyExc_IndexError, OUTSIDE);
    return done(&call);
}

KERNEL(find_keys) { /* low, high, lows, highs, numbers, =found */
    CALL("LLLLi=i")
    const uint64_t *low = DATA(0, uint64_t), *high = DATA(1, uint64_t);
    const uint64_t *lows = DATA(2, uint64_t), *highs = DATA(3, uint64_t);
    const int32_t *numbers = DATA(4, int32_t);
    Py_ssize_t size = SIZE(4);
    REQUIRE(SIZE(0) == SIZE(1) && SIZE(0) == SIZE(5) && SIZE(2) == size && SIZE(3) == size)
    REQUIRE(size > 1 && !(size & (size - 1)))
    int shift = 64;
    for (Py_ssize_t left = size; left > 1; left >>= 1) shift--;
    RELEASE(SIZE(0));
    for (Py_ssize_t n = 0; n < SIZE(0); n++) {
        uint64_t mixed = (low[n] ^ high[n] * 0xC2B2AE3D27D4EB4FULL) * 0x9E3779B97F4A7C15ULL;
        Py_ssize_t slot = (Py_ssize_t)(mixed >> shift), left = size;
        while (left-- && numbers[slot] >= 0 && (lows[slot] != low[n] || highs[slot] != high[n]))
            slot = (slot + 1) & (size - 1);
        DATA(5, int32_t)[n] = left >= 0 ? numbers[slot] : -1;
    }
    RESTORE();
    return done(&call);
}

KERNEL(order_by_term) { /* terms, =order, =sorted terms, =room of 2 ** 16 + 1, =room for the order */
    CALL("i=l=i=l=l")
    const int32_t *terms = DATA(0, int32_t);
    int64_t *order = DATA(1, int64_t), *starts = DATA(3, int64_t), *other = DATA(4, int64_t);
    Py_ssize_t count = SIZE(0);
    REQUIRE(SIZE(1) == count && SIZE(2) == count && SIZE(3) == 65537 && SIZE(4) == count)
    uint32_t most = 0;
    RELEASE(count);
    for (Py_ssize_t n = 0; n < count; n++) most |= (uint32_t)terms[n];
    int passes = most > 0xFFFF ? 2 : 1;
    for (int pass = 0; pass < passes; pass++) { /* a radix sort by 16 bits */
        int64_t *to = (pass + 1 == passes) ? order : other;
        memset(starts, 0, 65537 * sizeof *starts);
        for (Py_ssize_t n = 0; n < count; n++) starts[((uint32_t)terms[n] >> 16 * pass & 0xFFFF) + 1]++;
        for (int n = 0; n < 65536; n++) starts[n + 1] += starts[n];
        for (Py_ssize_t n = 0; n < count; n++) {
            int64_t own = pass ? other[n] : n;
            to[starts[(uint32_t)terms[own] >> 16 * pass & 0xFFFF]++] = own;
        }
    }
    for (Py_ssize_t n = 0; n < count; n++) DATA(2, int32_t)[n] = terms[order[n]];
    RESTORE();
    return done(&call);
}

/* Both end at an owner that is outside of the array, and return how many they have been through. */
#define DEFINE_OWNERS(K, T)                                                                                    \
    static Py_ssize_t count_##K(const T *owners, Py_ssize_t size, int64_t *counts, Py_ssize_t count) {         \
        for (Py_ssize_t n = 0; n < size; n++) {                                                                \
            T owner = owners[n];                                                                               \
            if (!INSIDE(owner, count)) return n;                                                               \
            counts[owner]++;                                                                                   \
        }                                                                                                      \
        return size;                                                                                           \
    }                                                                                                          \
    static Py_ssize_t place_##K(const T *owners, Py_ssize_t size, int64_t *next, Py_ssize_t count,             \
                                int64_t *places) {                                                             \
        for (Py_ssize_t n = 0; n < size; n++) {                                                                \
            T owner = owners[n];                                                                               \
            if (!INSIDE(owner, count)) return n;                                                               \
            places[n] = next[owner]++;                                                                         \
        }                                                                                                      \
        return size;                                                                                           \
    }

DEFINE_OWNERS(i, int32_t)
DEFINE_OWNERS(l, int64_t)

KERNEL(count_owners) { /* owners, =counts; each owner's count is one more for each of its entries */
    CALL("*=l")
    REQUIRE(IS_INDEX(0))
    Py_ssize_t size = SIZE(0), passed;
    RELEASE(size);
    if (call.kind[0] == 'i') passed = count_i(DATA(0, int32_t), size, DATA(1, int64_t), SIZE(1));
    else passed = count_l(DATA(0, int64_t), size, DATA(1, int64_t), SIZE(1));
    RESTORE();
    if (passed < size) FAIL(PyExc_IndexError, OUTSIDE);
    return done(&call);
}

KERNEL(place_entries) { /* owners, =the next place of each owner, =places */
    CALL("*=l=l")
    REQUIRE(IS_INDEX(0) && SIZE(0) == SIZE(2))
    Py_ssize_t size = SIZE(0), passed;
    RELEASE(size);
    if (call.kind[0] == 'i') passed = place_i(DATA(0, int32_t), size, DATA(1, int64_t), SIZE(1), DATA(2, int64_t));
    else passed = place_l(DATA(0, int64_t), size, DATA(1, int64_t), SIZE(1), DATA(2, int64_t));
    RESTORE();
    if (passed < size) FAIL(PyExc_IndexError, OUTSIDE);
    return done(&call);
}

/* --- boundaries; the rule is in boundaries.py ----------------------------------------------------------- */

#define MAX_STEPS 64
#define MAX_ABBREVIATION 8

static inline int is_stop(uint8_t sign) { return sign == '.' || sign == '!' || sign == '?'; }
static inline int is_closer(uint8_t sign) { return sign == '"' || sign == '\'' || sign == ')' || sign == ']'; }
static inline int is_space(uint8_t sign) { return sign && sign <= 32; }
static inline int is_opener(uint8_t sign) { return sign && strchr("\"'([-$#@*", sign) != NULL; }
static inline int is_break(uint8_t sign) {
    return sign <= 32 || sign == '(' || sign == '"' || sign == '\'' || sign == '[';
}
static inline int is_beginning(uint8_t sign) {
    return (sign >= '0' && sign <= '9') || (sign >= 'A' && sign <= 'Z') || sign >= 0x80;
}

static int has_key(const uint64_t *keys, Py_ssize_t count, uint64_t sought) {
    Py_ssize_t at = 0;
    while (count) {
        Py_ssize_t half = count / 2;
        if (keys[at + half] < sought) at += half + 1, count -= half + 1;
        else if (keys[at + half] > sought) count = half;
        else return 1;
    }
    return 0;
}

static int is_abbreviated(const uint8_t *text, Py_ssize_t last, const uint64_t *keys, Py_ssize_t count) {
    uint64_t key = 0;
    int initial = 1;
    for (int size = 0; size < MAX_ABBREVIATION + 2 && size <= last; size++) {
        uint8_t sign = text[last - size];
        if (is_break(sign))
            return (size % 2 && initial) || (size && size <= MAX_ABBREVIATION && has_key(keys, count, key));
        if (sign >= 'A' && sign <= 'Z') sign += 'a' - 'A';
        key = key << 8 | sign;
        initial &= size % 2 ? sign == '.' : sign >= 'a' && sign <= 'z';
    }
    return 0;
}

/* Where the first word of a sentence begins that is after the white space at `at`; -1 for no sentence. */
static Py_ssize_t sentence_after(const uint8_t *text, Py_ssize_t size, Py_ssize_t at, const uint64_t *keys,
                                 Py_ssize_t count) {
    Py_ssize_t stop = at - 1, begin = at, last;
    if (!is_stop(text[stop]) && !is_closer(text[stop])) return -1;
    for (int n = 0; n < MAX_STEPS && stop > 0 && is_closer(text[stop]); n++) stop--;
    if (!is_stop(text[stop])) return -1;
    for (int n = 0; n < MAX_STEPS && begin < size - 1 && is_space(text[begin]); n++) begin++;
    for (int n = 0; n < MAX_STEPS && begin < size - 1 && is_opener(text[begin]); n++) begin++;
    if (!is_beginning(text[begin])) return -1;
    last = stop;
    for (int n = 0; n < MAX_STEPS && last > 0 && is_stop(text[last]); n++) last--;
    return text[last + 1] == '.' && is_abbreviated(text, last, keys, count) ? -1 : begin;
}

/* text, text in plain signs, starts, abbreviations, sentence, paragraph, wide, narrow, =marks */
KERNEL(mark_boundaries) {
    CALL("BBlL....=B")
    const uint8_t *text = DATA(0, uint8_t), *plain = DATA(1, uint8_t);
    const int64_t *starts = DATA(2, int64_t);
    const uint64_t *keys = DATA(3, uint64_t);
    uint8_t sentence = (uint8_t)call.number[4], both = (uint8_t)(sentence | call.number[5]);
    int64_t wide = call.number[6], narrow = call.number[7];
    uint8_t *marks = DATA(8, uint8_t);
    Py_ssize_t size = SIZE(0), pieces = SIZE(2), piece = 0, begun = 0;
    Py_ssize_t line = -1, next; /* the line break before, -1 for none */
    int64_t before = 0;         /* the size of the line before */
    REQUIRE(SIZE(1) == size && SIZE(8) == pieces)
    RELEASE(size);
    for (Py_ssize_t at = 1; at < size && pieces; at++) {
        if (plain[at] > 32 || !plain[at]) continue;
        Py_ssize_t begin = sentence_after(plain, size, at, keys, SIZE(3));
        if (begin < 0) continue;
        if (piece && starts[piece - 1] > begin) piece = 0;
        piece = gallop_l(starts, pieces, piece, begin, 1);
        marks[piece ? piece - 1 : pieces - 1] |= sentence;
    }
    for (Py_ssize_t at = 0; at < size - 2 && pieces; at = next) {
        const uint8_t *found = memchr(text + at, '\n', (size_t)(size - 2 - at));
        if (!found) break;
        at = found - text;
        found = at + 1 < size - 2 ? memchr(text + at + 1, '\n', (size_t)(size - 3 - at)) : NULL;
        next = found ? found - text : size;
        uint8_t after = text[at + 1], second = text[at + 2];
        int64_t length = next - at - 1;
        int begins = after == '\n' || after == '\t' || length > wide ||
                     (after == ' ' && (second == ' ' || second == '\t' || second == '\n'));
        if (line >= 0) {
            uint8_t sign = plain[at - 1];
            begins |= before > wide || (before < narrow && (is_stop(sign) || is_closer(sign)));
        }
        line = at;
        before = length;
        if (!begins) continue;
        begun = gallop_l(starts, pieces, begun, at, 0);
        if (begun < pieces) marks[begun] |= both;
    }
    RESTORE();
    return done(&call);
}

/* --- shingles ------------------------------------------------------------------------------------------- */

#define SHINGLE_WORDS 5
#define SKETCH_SIZE 32
#define MIN_WORDS 24
#define FACTOR 0x9E3779B97F4A7C15ULL
#define MIXER 0xD6E8FEB86659FD93ULL
#define OTHER_MIXER 0xCA5A826395121157ULL

static inline uint64_t mixed_hash(uint64_t hash) {
    hash ^= hash >> 32;
    hash *= MIXER;
    hash ^= hash >> 32;
    hash *= OTHER_MIXER;
    return hash ^ hash >> 32;
}

static inline uint64_t shingle_hash(const uint64_t *words) {
    uint64_t hash = words[0];
    for (int n = 1; n < SHINGLE_WORDS; n++) hash = hash * FACTOR + words[n];
    return mixed_hash(hash);
}

KERNEL(hash_shingles) { /* words, lengths, =hashes */
    CALL("Ll=L")
    const uint64_t *words = DATA(0, uint64_t);
    uint64_t *hashes = DATA(2, uint64_t);
    Py_ssize_t left = SIZE(0), room = SIZE(2);
    int fits = 1;
    RELEASE(left);
    for (Py_ssize_t n = 0; n < SIZE(1); n++) {
        int64_t length = DATA(1, int64_t)[n], count = length < MIN_WORDS ? 0 : length - SHINGLE_WORDS + 1;
        if (!(fits = length >= 0 && length <= left && count <= room)) break;
        for (int64_t at = 0; at < count; at++) *hashes++ = shingle_hash(words + at);
        words += length;
        left -= length;
        room -= count;
    }
    RESTORE();
    REQUIRE(fits && !room)
    return done(&call);
}

/* Put a hash among the `count` lowest, which ascend; the new count. */
static int keep_lowest(uint32_t *lowest, int count, uint32_t hash) {
    int at = count;
    if (count == SKETCH_SIZE && hash >= lowest[count - 1]) return count;
    while (at && lowest[at - 1] > hash) at--;
    if (at && lowest[at - 1] == hash) return count;
    int last = count < SKETCH_SIZE ? count : SKETCH_SIZE - 1;
    memmove(lowest + at + 1, lowest + at, (size_t)(last - at) * sizeof *lowest);
    lowest[at] = hash;
    return last + 1;
}

KERNEL(sketch_texts) { /* words, lengths, =hashes, =sizes; the number of hashes */
    CALL("Ll=I=l")
    const uint64_t *words = DATA(0, uint64_t);
    uint32_t *hashes = DATA(2, uint32_t);
    Py_ssize_t left = SIZE(0), total = 0;
    int fits = 1;
    REQUIRE(SIZE(3) == SIZE(1) && SIZE(2) >= SKETCH_SIZE * SIZE(1))
    RELEASE(left);
    for (Py_ssize_t n = 0; n < SIZE(1); n++) {
        int64_t length = DATA(1, int64_t)[n];
        uint32_t *own = hashes + total;
        int count = 0;
        if (!(fits = length >= 0 && length <= left)) break;
        if (length >= MIN_WORDS) {
            for (int64_t at = 0; at + SHINGLE_WORDS <= length; at++)
                count = keep_lowest(own, count, (uint32_t)(shingle_hash(words + at) >> 32));
        } else if (length) {
            uint64_t whole = 0, power = 1;
            for (int64_t at = 0; at < length; at++, power *= FACTOR) whole += words[at] * power;
            whole = mixed_hash(whole + (uint64_t)length);
            uint32_t one = (uint32_t)(whole >> 32), other = (uint32_t)(mixed_hash(whole ^ MIXER) >> 32);
            own[0] = LESS(one, other);
            own[1] = own[0] == one ? other : one;
            count = 2;
        }
        DATA(3, int64_t)[n] = count;
        total += count;
        words += length;
        left -= length;
    }
    RESTORE();
    REQUIRE(fits)
    return counted(&call, total);
}

KERNEL(count_common) { /* one, other; how many numbers are in both */
    CALL("LL")
    const uint64_t *one = DATA(0, uint64_t), *other = DATA(1, uint64_t);
    Py_ssize_t at = 0, place = 0, shared = 0;
    RELEASE(SIZE(0) + SIZE(1));
    while (at < SIZE(0) && place < SIZE(1)) {
        uint64_t mine = one[at], theirs = other[place];
        shared += mine == theirs;
        at += mine <= theirs;
        place += theirs <= mine;
    }
    RESTORE();
    return counted(&call, shared);
}

KERNEL(compare_sketches) { /* one, other, =shared, =among */
    CALL("LL=l=l")
    Py_ssize_t count = SIZE(2);
    REQUIRE(SIZE(0) == SKETCH_SIZE * count && SIZE(1) == SIZE(0) && SIZE(3) == count)
    RELEASE(SIZE(0));
    for (Py_ssize_t n = 0; n < count; n++) {
        const uint64_t *one = DATA(0, uint64_t) + SKETCH_SIZE * n, *other = DATA(1, uint64_t) + SKETCH_SIZE * n;
        uint64_t bound = LESS(LESS(one[SKETCH_SIZE - 1], other[SKETCH_SIZE - 1]), 0xFFFFFFFFULL);
        int at = 0, place = 0, shared = 0;
        while (at < SKETCH_SIZE && place < SKETCH_SIZE && one[at] <= bound && other[place] <= bound) {
            uint64_t mine = one[at], theirs = other[place];
            shared += mine == theirs;
            at += mine <= theirs;
            place += theirs <= mine;
        }
        while (at < SKETCH_SIZE && one[at] <= bound) at++;
        while (place < SKETCH_SIZE && other[place] <= bound) place++;
        DATA(2, int64_t)[n] = shared;
        DATA(3, int64_t)[n] = LESS(at, place);
    }
    RESTORE();
    return done(&call);
}

/* --- the module ----------------------------------------------------------------------------------------- */

#define ROW(name) {#name, (PyCFunction)(void (*)(void))name, METH_FASTCALL, NULL}

static PyMethodDef functions[] = {
    ROW(find_members), ROW(find_common), ROW(mark), ROW(take_flags), ROW(collect),
    ROW(find_flagged), ROW(expand_runs), ROW(add_postings), ROW(add_scores), ROW(add_field), ROW(saturate),
    ROW(bound_of_highest), ROW(edit_distances), ROW(drop_distant), ROW(nearest_followers), ROW(follow),
    ROW(number_words), ROW(count_starts), ROW(count_flagged), ROW(count_phrase), ROW(find_near_words),
    ROW(find_containing), ROW(find_at),
    ROW(cut_pieces), ROW(pack_pieces), ROW(find_keys), ROW(order_by_term), ROW(count_owners),
    ROW(place_entries), ROW(mark_boundaries),
    ROW(hash_shingles), ROW(sketch_texts), ROW(count_common), ROW(compare_sketches), {NULL, NULL, 0, NULL},
};

static PyModuleDef module = {PyModuleDef_HEAD_INIT, "_native", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&module); }
