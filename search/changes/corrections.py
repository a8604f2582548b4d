"""The words by which the headline of an article says that the article was changed."""

from __future__ import annotations

from search.text import forms, language_named

_BEGINNINGS = {
    "arabic": "تصحيح|تحديث|توضيح",
    "danish": "rettelse|rettet|korrektion|opdater|praecis",
    "dutch": "correctie|gecorrigeerd|rectificatie|aangepast|bijgewerkt|geactualiseerd|verduidelijk",
    "english": "correct|corr|updat|clarif|retract|amend|refil|errat",
    "finnish": "oikaisu|oikaistu|korjaus|korjattu|paivit|tarkenn",
    "french": "correct|corrig|rectif|actualis|precision|errat|mise a jour",
    "german": "berichtig|korrek|korrig|aktualisier|klarstell|richtigstell",
    "hungarian": "helyesbit|javit|frissit|pontosit",
    "italian": "corre|rettif|aggiorn|precisazion|errat",
    "norwegian": "rettelse|rettet|korrig|oppdater|presiser",
    "portuguese": "corre|corri|retific|rectific|atualiz|actualiz|esclarec|errat",
    "romanian": "corect|rectific|actualiz|clarific|erat",
    "russian": "исправл|уточн|обновл|поправк",
    "spanish": "correc|corrig|rectif|actualiz|aclara|fe de err",
    "swedish": "rattelse|rattat|korriger|uppdater|fortydlig",
}
"""The folded beginnings of such a headline in each language."""


def says_it_was_corrected(headline: str, language: str = "") -> bool:
    """True if the headline begins with a word such as Correction, Update or Clarification.

    The word is English or of the article's language, which is a tag or a name as in `Article.language`.
    """
    known = f"{_BEGINNINGS['english']}|{_BEGINNINGS.get(language_named(language), 'correct')}"
    return " ".join(forms(headline)[:4]).startswith(tuple(known.split("|")))
