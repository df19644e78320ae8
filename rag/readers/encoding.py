"""In which encoding the bytes of a text are, where nothing says so: told, or not guessed at."""

from __future__ import annotations

import re

_SAMPLE = 2**15  # bytes
_HIGH = re.compile(rb"[\x80-\xff]+")
_GLUED = 0.6  # the share of such bytes that stand beside another, from which it is no Latin script
# Encodings of two bytes a character, and characters that every text in them is full of.
_HANZI = (
    "的一是不了在有和人这這中大为為上个個国國以要时時来來用们們生到作地于出就分对對成会會可主发發年动動同工也能下过過子说說"
    "产產种種面方后後多定行学學法所民得经經十三之进進等部度家电電力里裡如水化高自二理起小物现現实實加量都两兩体體制机機当當"
    "使点點从從业業本去性好应應开開它合还還因由其些然前外天政四日社义義事平形相全表间間样樣与與关關各重新线線内內数數正心反"
    "明看原利比或但质質气氣第向道命此变變条條只没結结解问問意建月公无無系情者最立代已通并提直题題程五果料象位入常文总總次品"
    "式及管特件长長求基资資流路级級少图圖山统統接知较較将將组組见見计計别別手期根论論运運指区區强強被做先任取据據处處给給色"
    "王李张張刘劉陈陳杨楊赵趙黄黃周吴吳徐孙孫胡朱高林何郭马馬罗羅梁宋郑鄭谢謝韩韓唐冯馮于董程曹袁邓鄧许許傅沈曾彭吕呂"
    "光保治百规規领領海口导導器压壓世金增思术術极極交受联聯六共权權收证證改美再转轉更单單教研究试試验驗模型算深网網络絡提高"
)
_KANA = "".join(map(chr, [*range(0x3041, 0x3097), *range(0x30A1, 0x30FB)]))
_HANGUL = "".join(map(chr, range(0xAC00, 0xD7A4)))
# ... with the share of a text's characters that they usually are.
_WIDE = {
    "gb18030": (frozenset(_HANZI), 0.3), "big5": (frozenset(_HANZI), 0.3),
    "cp932": (frozenset(_KANA), 0.4), "euc_jp": (frozenset(_KANA), 0.4),
    "euc_kr": (frozenset(_HANGUL), 0.95),
}  # fmt: skip
_NAMES = {
    "gb18030": "GBK", "big5": "Big5", "cp932": "Shift-JIS", "euc_jp": "EUC-JP",
    "euc_kr": "EUC-KR",
}  # fmt: skip
_LEAST = 0.4  # of the usual share
_LEAD = 1.4  # times the share of the second
_ALPHABETS = ["cp1251", "koi8_r", "cp1253"]
_SURE = 0.05  # by which the likeliest of those must lead the second
# The letters beyond ASCII of the languages written in each Latin encoding.
_LATIN = {
    "cp1252": "éèêëàâçîïôùûüœæÿ äöüßé åæøäöéü áéíóúñüç áâãàçéêíóôõúü àèéìíòóùç áéíóúýþæöð äöõüšž "
    "àáèéíïòóúüç",
    "cp1250": "áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž ąćęłńóśźż áéíóöőúüű ăâîşţ čćđšž",
    "iso8859_2": "áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž ąćęłńóśźż áéíóöőúüű ăâîşţ čćđšž",
    "cp1254": "çğıöşüâîi̇",
}
_SIGN_IN_WORD = re.compile(r"(?<=[^\W\d_])[¹³¿¶¼¾ª¢¥£¯˘ˇ¦¬±§¨´¸“”‚„†‡ˆ‰•˜…](?=[^\W\d_])|\b[£¯¥¦]\w")


def encoding_of(data: bytes) -> tuple[str, str]:
    """Return the codec of text that is not UTF-8, or "" and what is wrong.

    >>> encoding_of("Звон воронов в пяти опытах".encode("cp1251"))
    ('cp1251', '')
    """
    rows = b"\n".join(row for row in data.split(b"\n")[:-1] or [data] if _HIGH.search(row))
    sample = rows if len(rows) < _SAMPLE else rows[:_SAMPLE].rpartition(b"\n")[0] or rows
    runs = _HIGH.findall(sample)
    glued = sum(len(run) for run in runs if len(run) > 1) / max(1, sum(map(len, runs)))
    if glued < _GLUED and (latin := _latin(sample)):
        return latin, ""
    if glued < _GLUED and 5 * len(_SIGN_IN_WORD.findall(sample.decode("cp1252", "replace"))) < len(
        runs
    ):
        return "cp1252", ""
    shares = {name: _share(sample, name) for name in _WIDE}
    best, second = sorted(shares, key=lambda name: shares[name], reverse=True)[:2]
    if shares[best] > max(_LEAST, _LEAD * shares[second]):
        return best, ""
    from charset_normalizer import from_bytes

    found = from_bytes(sample, cp_isolation=_ALPHABETS)
    likely = sorted(
        (match.chaos - match.coherence, match.encoding) for match in found if _is_text(str(match))
    )
    if likely and not shares[best] and (len(likely) == 1 or likely[1][0] - likely[0][0] > _SURE):
        return likely[0][1], ""
    if not shares[best] and (latin := _latin(sample)):
        return latin, ""
    names = [_NAMES[name] for name in (best, second) if shares[name]] or ["unknown"]
    doubt = f"its encoding is not UTF-8 and cannot be told for sure ({' or '.join(names)}?)"
    return "", f"{doubt}; save it as UTF-8"


def _share(sample: bytes, name: str) -> float:
    """Return how many of the characters are common ones of an encoding, for the usual share."""
    try:
        letters = [c for c in sample.decode(name) if c > "\x7f" and c.isalpha()]
    except UnicodeDecodeError:
        return 0.0
    common, usual = _WIDE[name]
    return sum(c in common for c in letters) / max(1, len(letters)) / usual


def _is_text(text: str) -> bool:
    foreign = [c for c in text if c > "\x7f"]
    return sum(map(str.isalpha, foreign)) > 0.8 * len(foreign)


def _latin(sample: bytes) -> str:
    """Return the first encoding in which all letters are those of one language, or ""."""
    for name, languages in _LATIN.items():
        text = sample.decode(name, "replace").casefold()
        letters = {c for c in text if c > "\x7f" and c.isalpha()}
        whole = not _SIGN_IN_WORD.search(text) and not re.search("[\x80-\x9f\ufffd]", text)
        if whole and any(letters <= set(language) for language in languages.split()):
            return name
    return ""
