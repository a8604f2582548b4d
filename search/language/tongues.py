"""The English names of many languages, each of one word, with their codes of two letters."""

from __future__ import annotations

_NAMES = """
    afrikaans af · albanian sq · amharic am · arabic ar · aragonese an · armenian hy · assamese as
    azerbaijani az · basque eu · belarusian be · bengali bn · bosnian bs · breton br · bulgarian bg
    catalan ca · chinese zh · croatian hr · czech cs · danish da · dutch nl · dzongkha dz · english en
    esperanto eo · estonian et · faroese fo · finnish fi · french fr · galician gl · georgian ka · german de
    greek el · gujarati gu · haitian ht · hebrew he · hindi hi · hungarian hu · icelandic is · indonesian id
    irish ga · italian it · japanese ja · javanese jv · kannada kn · kazakh kk · khmer km · kinyarwanda rw
    korean ko · kurdish ku · kyrgyz ky · lao lo · latin la · latvian lv · lithuanian lt · luxembourgish lb
    macedonian mk · malagasy mg · malay ms · malayalam ml · maltese mt · marathi mr · mongolian mn · nepali ne
    norwegian no nb nn · occitan oc · odia or · pashto ps · persian fa · polish pl · portuguese pt
    punjabi pa · quechua qu · romanian ro · russian ru · sami se · serbian sr · sinhala si
    slovak sk · slovenian sl
    spanish es · swahili sw · swedish sv · tagalog tl · tamil ta · telugu te · thai th · turkish tr
    ukrainian uk · urdu ur · uyghur ug · vietnamese vi · walloon wa · welsh cy · xhosa xh · zulu zu
"""
_CODES: dict[str, tuple[str, ...]] = {
    name: tuple(codes)
    for row in _NAMES.strip().splitlines()
    for name, *codes in map(str.split, row.split("·"))
}


def codes_of(name: str) -> tuple[str, ...]:
    """The codes of a language by its English name; empty for another text."""
    return _CODES.get(name.lower(), ())
