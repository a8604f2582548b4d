"""The language of articles that do not say it, told from their text or left open."""

from __future__ import annotations

import pytest

from search.article import Article
from search.errors import InvalidRequest
from search.sources import Accepted, Item, Origin, Skipped


def article(item: Item) -> Article:
    assert isinstance(item, Accepted), item
    return item.article


def test_the_language_is_told_where_it_is_not_said() -> None:
    pytest.importorskip("py3langid")
    from search.sources.languages import with_languages

    origin = Origin("x")
    texts = {
        "es": "Las inundaciones cerraron las calles del puerto y los barcos no pudieron salir al mar.",
        "en": "The floods closed the streets of the harbour and the ships could not put to sea.",
        "": "Short.",
        "fr": "Said to be French, which the reader of course believes without looking at it.",
    }
    items = [Accepted(Article(title=t, language="fr" if n == "fr" else ""), origin) for n, t in texts.items()]
    found = list(with_languages([*items, Skipped(origin, "hidden")], ["en", "es"]))
    assert [item.article.language for item in found if isinstance(item, Accepted)] == list(texts)
    assert [item.article.id for item in found if isinstance(item, Accepted)] == [i.article.id for i in items]
    with pytest.raises(InvalidRequest, match="xx"):
        with_languages([], ["en", "xx"])


TOLD = {
    "de": "Der Hafen von Lowmere wurde gesperrt, nachdem ein Kran auf den Kai gestürzt war.",
    "fr": "Le port de Marenne a été fermé après la chute d'une grue sur le quai.",
    "es": "El puerto de Vesk fue cerrado después de que una grúa cayera sobre el muelle.",
    "ru": "Порт закрыли в понедельник после того, как кран упал на причал.",
    "ar": "أغلق الميناء يوم الاثنين بعد سقوط رافعة على الرصيف وإلحاق أضرار بسفينتين.",
    "en": "The harbour was closed on Monday after a crane fell onto the quay.",
}
NOT_TOLD = {
    "zh": "周一，一台起重机倒在码头上，损坏了两艘船，港口因此关闭。",
    "ja": "月曜日、クレーンが岸壁に倒れて二隻の船が損傷したため、港は閉鎖された。",
    "el": "Το λιμάνι έκλεισε τη Δευτέρα αφού ένας γερανός έπεσε στην αποβάθρα.",
    "hi": "सोमवार को एक क्रेन के घाट पर गिरने के बाद बंदरगाह बंद कर दिया गया।",
    "ko": "월요일 크레인이 부두에 쓰러져 선박 두 척이 파손된 뒤 항구가 폐쇄되었다.",
    "tr": "Pazartesi günü bir vincin rıhtıma düşmesi üzerine liman kapatıldı.",
    "th": "ท่าเรือถูกปิดเมื่อวันจันทร์หลังจากเครนล้มลงบนท่าเทียบเรือ",
    "it": "Il porto è stato chiuso lunedì dopo che una gru è caduta sul molo.",
    "nl": "De haven werd maandag gesloten nadat een kraan op de kade was gevallen.",
    "uk": "Порт закрили в понеділок після того, як кран упав на причал.",
    "fa": "بندر روز دوشنبه پس از آن که یک جرثقیل روی اسکله افتاد بسته شد.",
    "numbers": "12 000 34 000 56 000 78 000 90 000 12 000 34 000",
}


@pytest.mark.parametrize("language", [*TOLD, *NOT_TOLD])
def test_a_text_in_no_language_that_is_asked_for_is_given_none_and_noted(language: str) -> None:
    pytest.importorskip("py3langid")
    from search.sources.languages import with_languages

    item = Accepted(Article(title=(TOLD | NOT_TOLD)[language]), Origin("x"))
    (found,) = with_languages([item], [*TOLD])
    assert article(found).language == (language if language in TOLD else "")
    assert isinstance(found, Accepted)
    assert [note.code for note in found.notes] == ([] if language in TOLD else ["unknown-language"])


def test_every_language_of_the_texts_is_told_where_it_is_asked_for() -> None:
    pytest.importorskip("py3langid")
    from search.sources.languages import with_languages

    texts = {code: text for code, text in (TOLD | NOT_TOLD).items() if len(code) == 2}
    items = [Accepted(Article(title=text), Origin("x")) for text in texts.values()]
    assert [article(item).language for item in with_languages(items, [*texts])] == [*texts]
