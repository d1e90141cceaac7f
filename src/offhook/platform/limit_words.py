"""What callers hear who are not taken, or whose call is ended by a limit, in the languages that agents speak."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class LimitWords:
    """The sentences of one language."""

    full: str
    """No further call is taken now."""
    over: str
    """The call is ended."""
    press: str
    """A key is asked for."""
    refused: str
    """The call is not put through at all."""


WORDS: Final = {
    "en": LimitWords(
        "I am sorry, we cannot take any more calls at the moment. Please call again later. Goodbye.",
        "I am sorry, I have to end the call here. Please call again if there is more to say. Goodbye.",
        "Please press any key to be connected.",
        "I am sorry, this call cannot be connected. Goodbye.",
    ),
    "de": LimitWords(
        "Es tut mir leid, wir können im Moment keine weiteren Anrufe annehmen. Bitte rufen Sie später noch einmal an. "
        "Auf Wiederhören.",
        "Es tut mir leid, ich muss das Gespräch hier beenden. Bitte rufen Sie noch einmal an, wenn etwas offen ist. "
        "Auf Wiederhören.",
        "Bitte drücken Sie eine beliebige Taste, um verbunden zu werden.",
        "Es tut mir leid, dieser Anruf kann nicht verbunden werden. Auf Wiederhören.",
    ),
    "es": LimitWords(
        "Lo siento, ahora no podemos atender más llamadas. Por favor, llame más tarde. Adiós.",
        "Lo siento, tengo que terminar la llamada. Por favor, vuelva a llamar si falta algo. Adiós.",
        "Pulse cualquier tecla para conectar la llamada.",
        "Lo siento, no se puede conectar esta llamada. Adiós.",
    ),
    "fr": LimitWords(
        "Je regrette, nous ne pouvons plus prendre d'appels pour le moment. Merci de rappeler plus tard. Au revoir.",
        "Je regrette, je dois mettre fin à l'appel. Merci de rappeler s'il reste quelque chose à dire. Au revoir.",
        "Appuyez sur une touche pour être mis en relation.",
        "Je regrette, cet appel ne peut pas aboutir. Au revoir.",
    ),
    "it": LimitWords(
        "Mi dispiace, al momento non possiamo ricevere altre chiamate. Richiami più tardi, per favore. Arrivederci.",
        "Mi dispiace, devo chiudere la chiamata. Richiami, per favore, se c'è altro da dire. Arrivederci.",
        "Prema un tasto qualsiasi per essere collegato.",
        "Mi dispiace, questa chiamata non può essere collegata. Arrivederci.",
    ),
    "nl": LimitWords(
        "Het spijt me, we kunnen op dit moment geen gesprekken meer aannemen. Belt u alstublieft later terug. "
        "Tot ziens.",
        "Het spijt me, ik moet het gesprek hier beëindigen. Belt u gerust terug als er nog iets is. Tot ziens.",
        "Druk op een willekeurige toets om doorverbonden te worden.",
        "Het spijt me, dit gesprek kan niet worden doorverbonden. Tot ziens.",
    ),
    "pt": LimitWords(
        "Desculpe, neste momento não podemos atender mais chamadas. Por favor, ligue mais tarde. Até logo.",
        "Desculpe, tenho de terminar a chamada. Por favor, volte a ligar se faltar alguma coisa. Até logo.",
        "Prima qualquer tecla para ser ligado.",
        "Desculpe, não é possível ligar esta chamada. Até logo.",
    ),
}


def words_of(language: str) -> tuple[LimitWords, str]:
    """The sentences of a language and the tag that they are spoken in: English where there are none."""
    known = WORDS.get(language.partition("-")[0].lower())
    return (known, language) if known is not None else (WORDS["en"], "en-US")


def has_words(language: str) -> bool:
    """There are sentences in this language."""
    return language.partition("-")[0].lower() in WORDS
