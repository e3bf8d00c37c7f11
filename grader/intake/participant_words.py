"""What Moodle writes before a participant's number, in the languages in which it does."""

import re

_WORDS = (
    "participant participante participant(e) partecipante deelnemer deltager deltagare deltaker"
    " teilnehmer teilnehmer/in teilnehmer_in teilnehmer*in teilnehmer:in teilnehmende uczestnik"
    " účastník účastníka účastníčka udeleženec sudionik résztvevő osallistuja osaleja dalībnieks"
    " dalyvis katilimci participantul participantă συμμετέχων участник"
    " учасник учесник судионик משתתף مشارك المشارك 参加者 参与者 參與者 참가자"
    " peserta teilnehmerin participante participante/a"
)
_KNOWN = frozenset(_WORDS.casefold().split())
_NUMBERED = re.compile(r"(?P<word>\D+?)\s*(?P<number>\d+)")


def is_participant(word: str) -> bool:
    """Whether this is the word alone."""
    return word.strip().casefold().replace("\u0131", "i") in _KNOWN  # Turkish writes it dotless


def participant_number(text: str) -> str:
    """The number of `Participant 123` or `Teilnehmer/in123`; empty if it is something else."""
    match = _NUMBERED.fullmatch(text.strip())
    return match["number"] if match and is_participant(match["word"]) else ""
