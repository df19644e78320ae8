"""Which language a short text is in, by its script and by the small words of each language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set

_SCRIPTS: Mapping[str, re.Pattern[str]] = {
    "ja": re.compile(r"[\u3040-\u30ff]"),
    "ko": re.compile(r"[\uac00-\ud7af]"),
    "zh": re.compile(r"[\u4e00-\u9fff]"),
    "ru": re.compile(r"[\u0400-\u04ff]"),
    "ar": re.compile(r"[\u0600-\u06ff]"),
    "hi": re.compile(r"[\u0900-\u097f]"),
    "he": re.compile(r"[\u0590-\u05ff]"),
    "th": re.compile(r"[\u0e00-\u0e7f]"),
}
NAMES: Mapping[str, str] = {
    "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese",
    "nl": "Dutch", "ja": "Japanese", "ko": "Korean", "zh": "Chinese", "ru": "Russian",
    "ar": "Arabic", "hi": "Hindi", "he": "Hebrew", "th": "Thai", "en": "English",
}  # fmt: skip
# Words of questions and the commonest others; what several languages share tells nothing.
_SMALL: Mapping[str, Set[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the of and to in is are was were what which who how why when where does do did can "
        "for on with that this it be by from not has have their there about between an as at or "
        "papers paper best using used use come comment fine",
        "de": "der die das den dem des ein eine einen einer eines und oder ist sind war waren wie "
        "was wer wo wann warum wieso welche welcher welches welchen womit wodurch für mit von zum "
        "zur im am auf aus bei nach über unter nicht gibt es wird werden wurde wurden hat haben "
        "kann können sich auch zwischen gegenüber unterschied funktioniert enthält sprachen",
        "fr": "le la les des du un une et ou est sont était quel quelle quels quelles qui que quoi "
        "qu comment pourquoi quand où combien pour avec dans sur par ne pas ce cette ces entre au "
        "aux se sa son leur leurs plus peut peuvent il elle ils y fonctionne différence",
        "es": "el los las un una unos unas y o es son fue qué que cuál cuáles quién quiénes cómo "
        "por para cuándo dónde cuántos cuántas con del al en se su sus no lo entre funciona más "
        "como hay puede pueden diferencia",
        "it": "il lo gli un uno una e è sono che cosa quale quali chi come perché quando dove "
        "quanti quante per con del della dei delle degli nel nella tra fra si funziona più può "
        "differenza",
        "pt": "o os as um uma e é são foi qual quais quem como porque quando onde quantos quantas "
        "com do da dos das em no na nos nas se por para entre funciona mais pode diferença",
        "nl": "de het een en of is zijn wat welke wie hoe waarom wanneer waar hoeveel voor met van "
        "op in tussen niet er wordt worden werkt verschil",
    }.items()
}
_WORD = re.compile(r"[^\W\d_]+")


def language_of(text: str) -> str:
    """Return the code of a question's language; "en" where nothing says otherwise.

    >>> language_of("Wie funktioniert Dropout?"), language_of("What is Dropout?")
    ('de', 'en')
    >>> language_of("Was ist Dropout?"), language_of("Was dropout helpful?")
    ('de', 'en')
    """
    letters = sum(map(str.isalpha, text))
    for language, script in _SCRIPTS.items():
        # Japanese mixes in Chinese characters, and any language names things in Latin letters.
        if len(script.findall(text)) >= max(2, letters * 0.2):
            return language
    said = [word.casefold() for word in _WORD.findall(text)]
    english = _SMALL["en"]
    best, most = "en", 0
    for language, small in _SMALL.items():
        own = [word for word in said if word in small and word not in english]
        against = sum(word in english and word not in small for word in said)
        sure = len(own) > 1 or any(len(word) > _SURE or word in _FOREIGN for word in own)
        if sure and len(own) > max(most, 2 * against):
            best, most = language, len(own)
    return best


_FOREIGN = frozenset("ist und wie wer een het qui qué".split())  # short, and no English
_SURE = 3  # letters: a longer small word of another language is no English word or name
