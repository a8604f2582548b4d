"""Function words by language, as forms: left out of loose queries that have other words."""

from __future__ import annotations

STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(listed.split())
    for language, listed in {
        "english": "a an and are as at be been but by for from had has have he her his i if in into is "
        "it its no not of on or our she so such than that the their them then there these they this "
        "to was we were what when which who will with would you your",
        "spanish": "a al como con de del el ella en entre era es esta este esto fue ha han la las le les "
        "lo los mas me mi no o para pero por que se ser si sin sobre son su sus un una y ya",
        "french": "a au aux avec ce ces cette dans de des du elle elles en est et eux il ils je la le les "
        "leur lui mais me ne nous on ou par pas pour qu que qui sa se ses son sont sur un une vous",
        "german": "als am an auch auf aus bei bis das dass dem den der des die durch ein eine einem einen "
        "einer er es fur hat ich im in ist mit nach nicht noch oder sich sie sind so und um uber von "
        "vor war wie wird zu zum zur",
        "italian": "a al alla anche che chi come con da dal dalla dei del della di e gli ha i il in io la "
        "le lo ma ne nei nel nella non o per piu se si sono su un una uno",
        "portuguese": "a ao aos as com como da das de do dos e em entre era foi ha mais mas na nas nao no "
        "nos o os ou para pela pelo por que se sem seu sua um uma",
        "dutch": "aan als bij dan dat de der die dit door een en er had hem het hij in is je maar met naar "
        "niet of om onder ook op over te tot uit van voor was wat we wel wordt ze zich zijn",
        "swedish": "att av de dem den det du ett en for fran han har i inte jag med men och om pa sa sig "
        "som till var vi ar",
        "norwegian": "at av de den det du en er et for fra han har i ikke jeg med men og om pa seg som "
        "til var vi",
        "danish": "af at de den der det du en er et for fra han har i ikke jeg med men og om pa sig som "
        "til var vi",
        "finnish": "ei etta han he ja joka jos kun mutta myos ne niin ole oli on ovat se sen tai",
        "romanian": "a ai al ale au ca care ce cu de din e este in la mai nu o pe pentru sa se si sunt un "
        "una unei unui",
        "hungarian": "a az de egy es ez hogy is ki meg mint nem volt",
        "russian": "а без бы был в во все вы да для до его ее если за и из или к как ко на не но о об он "
        "она они от по при с со так то у что это я",
        "arabic": "من في على إلى عن أن هذا هذه التي الذي مع كان و لا ما".translate({0x623: "ا", 0x625: "ا"}),
    }.items()
}
