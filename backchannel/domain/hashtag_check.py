"""What a new event's hashtag collides with: other events here, common words, generic tags. The checks are warnings.

    collisions("lgc26", others)  ->  ()
    collisions("unconference", others)  ->  ("#unconference is used by many other events. Add a name or a year.",)
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from .hashtags import fold
from .model import Event

MIN_LENGTH = 3  # letters and digits; shorter tags mean something else somewhere

_GENERIC = """
agenda agile ai api app barcamp bike blog bookclub brainstorm camp civictech climate code community conf conference
congress creativity culture data day debate demo democracy design developer devops digital discussion diversity edtech
education ethics event festival foss future games gaming gov govcamp govtech grid hackathon hackday health help hiring
ideas inclusion innovation jobs jobsearch keynote leadership learning libraries linux live liveblog local localgov maker
meeting meetup mentalhealth minutes music network networking news notes online open opendata opensource panel participation
party people photography planning podcast poll privacy programme python question research room schedule science security
session slides smallbusiness social software speaker startup stream summit sustainability talk talks team tech technology
test testing tips todo training travel unconference update ux video virtual voices volunteering wellbeing web work
workshop world youth
"""

_COMMON = """
about after again all always and any are autumn back bad because been before best better big black blue book bread bus but
cat changes city coffee cold come day december do dog done down each eat end english evening every fall family fast february
feel first fish food for free friday friend fun get girl give go good great green group had hand happy have heart here home
hot house how idea if in is it january july june just keep kids kind know last late life like little long look lost love
made make man many march may me men monday money more morning mother mud must my name nature new next night no not november
now october of off old on one or our out over paper park pink place play please rain read real red river road run saturday
say school sea see september she short show sky sleep slow small snow so some song soon spring start stop story street
summer sun sunday take tea thank thanks that the there they thing this thursday time to today together tomorrow town
tree true try tuesday two up us very walk want war water way we wednesday weekend well what when where white who why wind
winter with woman women word words yes you your
"""

GENERIC = frozenset(re.findall(r"\w+", _GENERIC))
COMMON = frozenset(re.findall(r"\w+", _COMMON))


def collisions(tag: str, others: Iterable[Event]) -> tuple[str, ...]:
    """Return a sentence for everything that a tag collides with. Restricted events are left out: nobody may learn of them here.
    """
    folded = fold(tag)
    found = [_unusable(tag, folded), _generic(tag, folded), *(_event(tag, folded, other) for other in others if other.public)]
    return tuple(dict.fromkeys(sentence for sentence in found if sentence))


def _unusable(tag: str, folded: str) -> str | None:
    if not folded or folded.isdigit():
        return f"#{tag} has no letters, so most services don't make a link of it. Add a letter."
    if not re.fullmatch(r"\w+", tag):
        return f"Most services end #{tag} at the first punctuation mark. Use letters and digits only."
    if len(folded) < MIN_LENGTH:
        return f"#{tag} is very short, so other people use it for other things. Add a few letters or the year."
    return None


def _generic(tag: str, folded: str) -> str | None:
    if folded in GENERIC:
        return f"#{tag} is used by many other events. Add a name or a year."
    if folded in COMMON:
        return f"#{tag} is a common word, so other people's posts would come too. Add a name or a year."
    return None


def _event(tag: str, folded: str, other: Event) -> str | None:
    theirs = [fold(each) for each in other.hashtags or (other.slug,)]
    if folded and folded in theirs:
        return f"#{tag} is the hashtag of “{other.title}” on this server. Its posts would appear in both events."
    return None
