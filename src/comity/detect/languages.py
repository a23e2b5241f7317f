"""The language of a text, of ten, by its commonest words, and where those are too few by its letters.

A profile is a list of some fifty of a language's commonest words, written for this project. The end of the text counts:
instructions stand first and may be in another language than the question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache

from comity.detect.words import ways

WORDS = 100
"""From the end of the text. More tell nothing more."""

PROFILES: dict[str, str] = {
    "en": "the of and to in is that it for was on are with as i his they be at one have this from or had by but what some we can out other were all there when up use your how said an each she which do their if will my not about would you me has who could",
    "fr": "le la les de des du et est un une que qui dans pour pas sur ce cette il elle je nous vous ne se au aux avec son sa ses mais ou où mon ma mes plus sont été avoir être fait par tout bien ont peut quel quelle leur leurs c'est j'ai suis très comme aussi",
    "de": "der die das und ist ich nicht zu den mit sie ein eine einen einem einer es auf für von dem im wir wie was hat haben bei auch sich an als wird sind war aber mein meine meinen ihr ihre so wenn kann noch nach nur oder aus um bin er bitte sein über",
    "es": "el la los las de del y que en un una es por con para no se lo le su sus al como más pero este esta mi mis me ha muy ya o cuando hay está son ser tiene también desde sobre todo qué yo te si han fue porque estoy soy tengo nos",
    "it": "il lo la gli le di del della dei delle che e è un una in per con non si sono ho ha mi ma come da al alla nel nella più questo questa anche io suo sua mio mia se ci cosa hanno essere stato molto quando tutto perché dove chi sul sulla ai dal",
    "pt": "o a os as de do da dos das que e é um uma em no na para com não por se mais como mas ao à foi seu sua meu minha ele ela são está tem eu você isso ou quando muito já também só pelo pela até nos nas fui estou ter ser qual há me",
    "nl": "de het een en van is dat in te op met voor niet zijn ik je aan er maar om ook als bij door naar uit nog wel dan heb heeft mijn was worden wat hij zij we over hebben kan deze dit geen had zou naar moet u uw hun wie hoe veel werd ben",
    "pl": "i w z na się nie do to jest że jak o po co za od ale czy mnie tak ja już dla jego jej przez jestem mam są był była tylko może ma przed bardzo gdy ten ta być który która które moje mój moja oraz ze tym proszę przy jeśli także pod",
    "hi": "है के की में का को और से हैं पर यह नहीं कि मैं एक हो था मेरे मेरी मेरा ने भी कर लिए तो ही वह इस या जो करने मुझे हम थी रहा रही हुआ अपने साथ क्या कृपया आप उनके गया थे कुछ",
    "ar": "في من على إلى أن هو هي هذا هذه التي الذي عن مع لا ما كان كانت قد لقد أنا بعد قبل كل أو ثم لم لن إن إذا كما بين عند حتى غير له لها منذ ذلك تم يتم أريد هل كيف رقم لدي يرجى نحن أنت",
}
LETTERS: dict[str, str] = {
    "fr": "éçèêëàâùûîïœ",
    "de": "äöüß",
    "es": "ñ¿¡áíóú",
    "it": "àèìòù",
    "pt": "ãõâêôçáíóú",
    "nl": "ëï",
    "pl": "ąęłśżźćńó",
}
_SCRIPT_SHARE = 4
"""One byte in so many is enough for a script: names, units and markup are Latin in texts of any. Of three bytes of
Devanagari and of two of Arabic one leads."""

_WORD, _LETTER = 4, 2
"""What a common word and a peculiar letter weigh."""


@cache
def _profiles() -> dict[bytes, tuple[str, ...]]:
    found: dict[bytes, list[str]] = {}
    for language, profile in PROFILES.items():
        for word in dict.fromkeys(profile.split()):
            for way in ways(word):
                if len(way) == 1 and language not in found.setdefault(way[0], []):
                    found[way[0]].append(language)
    return {word: tuple(languages) for word, languages in found.items()}


def language(text_words: Sequence[bytes]) -> str:
    """ISO 639-1, or empty where nothing tells."""
    end = text_words[-WORDS:]
    data = b" ".join(end)
    if not data.isascii() and (script := _script(data)):
        return script
    votes: Counter[str] = Counter()
    for languages, count in Counter(map(_profiles().get, end)).items():
        for each in languages or ():
            votes[each] += _WORD * count
    best = votes.most_common(2)
    if not best or best[0][1] < 2 * _WORD or (len(best) > 1 and best[0][1] - best[1][1] < 2 * _WORD):
        text = data.decode("utf-8", "replace").lower()
        for name, letters in LETTERS.items():
            votes[name] += _LETTER * sum(map(text.count, letters))
        best = votes.most_common(2)
    if not best or best[0][1] < 2 * _WORD or (len(best) > 1 and best[0][1] == best[1][1]):
        return ""
    return best[0][0]


def _script(data: bytes) -> str:
    devanagari = data.count(b"\xe0\xa4") + data.count(b"\xe0\xa5")
    if devanagari * _SCRIPT_SHARE > len(data) - 2 * devanagari:
        return "hi"
    arabic = sum(map(data.count, (b"\xd8", b"\xd9", b"\xda", b"\xdb")))
    return "ar" if arabic * _SCRIPT_SHARE > len(data) - arabic else ""
