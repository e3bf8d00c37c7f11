"""Tables of the connection to learning platforms: registrations, launches, people and scores."""

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from grader.store.columns import UtcDateTime, metadata

# A platform as it is registered: what it says of itself, and where it is asked.
lti_platforms = Table(
    "lti_platforms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", String(200), nullable=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("issuer", String(500), nullable=False),
    Column("client_id", String(200), nullable=False),
    Column("deployments", JSON, nullable=False),
    Column("login_url", Text, nullable=False),
    Column("token_url", Text, nullable=False),
    Column("token_audience", Text, nullable=False),
    Column("keys_url", Text, nullable=False),
    Column("matched_by", String(20), nullable=False),
    Column("enrols", Boolean, nullable=False),
    Index("lti_platforms_names", "course", "issuer", "client_id", unique=True),
)

# Our own keys, the newest of which signs. Earlier ones stay, so that what they signed is believed.
lti_keys = Table(
    "lti_keys",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", String(200), nullable=False, index=True),
    Column("private_pem", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
)

# What is good for one use and a few minutes: the state of a launch, a ticket of a page in a frame.
lti_once = Table(
    "lti_once",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("course", String(200), nullable=False),
    Column("digest", String(64), nullable=False, unique=True),
    Column("purpose", String(20), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime),
)

# A course at a platform. Its launches are let in once an owner of our course said so.
lti_contexts = Table(
    "lti_contexts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", ForeignKey("lti_platforms.id"), nullable=False),
    Column("deployment", String(300), nullable=False),
    Column("context", String(300), nullable=False),
    Column("title", Text, nullable=False),
    Column("members_url", Text, nullable=False),
    Column("is_let_in", Boolean, nullable=False),
    Index("lti_contexts_names", "platform", "deployment", "context", unique=True),
)

# Who is meant by the `sub` of a platform.
lti_people = Table(
    "lti_people",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("platform", ForeignKey("lti_platforms.id"), nullable=False),
    Column("sub", String(300), nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("connected_at", UtcDateTime, nullable=False),
    Index("lti_people_subs", "platform", "sub", unique=True),
    # two accounts of one platform are never one person
    Index("lti_people_persons", "platform", "person", unique=True),
)

# Where the platform shows an assignment or a quiz, and the column of its gradebook.
lti_links = Table(
    "lti_links",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("context", ForeignKey("lti_contexts.id"), nullable=False),
    Column("resource_link", String(300), nullable=False),
    Column("target", String(300), nullable=False),
    Column("line_item", Text, nullable=False),  # empty until it is known
    Column("line_items", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Index("lti_links_names", "context", "resource_link", "target", unique=True),
)

# The score that a student should have in a column, the one that was sent, and when to try again.
lti_scores = Table(
    "lti_scores",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("link", ForeignKey("lti_links.id"), nullable=False),
    Column("person", ForeignKey("people.id"), nullable=False),
    Column("wanted", JSON, nullable=False),
    Column("revision", Integer, nullable=False),  # counts what was wanted, one after the other
    Column("since", UtcDateTime, nullable=False),
    Column("sent", Integer),  # the revision that the platform has taken
    Column("stamp", UtcDateTime),  # the time that the platform was told last
    Column("tries", Integer, nullable=False),
    Column("next_try", UtcDateTime, index=True),  # empty where nothing is to be sent
    Column("problem", Text, nullable=False),
    Index("lti_scores_names", "link", "person", unique=True),
)

LTI_TABLES = (
    lti_platforms,
    lti_keys,
    lti_once,
    lti_contexts,
    lti_people,
    lti_links,
    lti_scores,
)
