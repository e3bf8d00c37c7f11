CREATE TABLE answers (
    id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    item VARCHAR(200) NOT NULL,
    response JSON NOT NULL,
    answered_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(attempt) REFERENCES attempts (id)
);
CREATE TABLE attempts (
    id INTEGER NOT NULL,
    topic VARCHAR(200) NOT NULL,
    topic_digest VARCHAR(64) NOT NULL,
    seed INTEGER NOT NULL,
    settings JSON NOT NULL,
    started_at DATETIME NOT NULL,
    finished_at DATETIME,
    marks TEXT,
    number INTEGER DEFAULT 0 NOT NULL,
    person INTEGER,
    quiz INTEGER,
    PRIMARY KEY (id),
    FOREIGN KEY(person) REFERENCES people (id),
    FOREIGN KEY(quiz) REFERENCES quizzes (id)
);
CREATE UNIQUE INDEX attempts_numbers ON attempts (quiz, person, number);
CREATE TABLE audit_log (
    id INTEGER NOT NULL,
    course VARCHAR(200) NOT NULL,
    at DATETIME NOT NULL,
    who VARCHAR(200) NOT NULL,
    what VARCHAR(100) NOT NULL,
    about VARCHAR(300) DEFAULT '' NOT NULL,
    details JSON NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE code_classes (
    id INTEGER NOT NULL,
    course VARCHAR(200) NOT NULL,
    assignment VARCHAR(200) NOT NULL,
    secret VARCHAR(200) NOT NULL,
    last_run TEXT,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX code_classes_names ON code_classes (course, assignment);
CREATE TABLE courses (
    id INTEGER NOT NULL,
    "key" VARCHAR(200) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE ("key")
);
CREATE TABLE decisions (
    id INTEGER NOT NULL,
    entry TEXT NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE door_tries (
    id INTEGER NOT NULL,
    door VARCHAR(64) NOT NULL,
    tried_at DATETIME NOT NULL,
    PRIMARY KEY (id)
);
CREATE INDEX door_tries_doors ON door_tries (door, tried_at);
CREATE TABLE drafts (
    id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    item VARCHAR(200) NOT NULL,
    text TEXT NOT NULL,
    saved_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(attempt) REFERENCES attempts (id)
);
CREATE UNIQUE INDEX drafts_items ON drafts (attempt, item);
CREATE TABLE earlier_marks (
    id INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    replaced_at DATETIME NOT NULL,
    reason VARCHAR(500) NOT NULL,
    marks TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(attempt) REFERENCES attempts (id)
);
CREATE TABLE earlier_texts (
    id INTEGER NOT NULL,
    course VARCHAR(200) NOT NULL,
    file VARCHAR(300) NOT NULL,
    at DATETIME NOT NULL,
    "by" VARCHAR(200) NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE enrolments (
    id INTEGER NOT NULL,
    course VARCHAR(200) NOT NULL,
    person INTEGER NOT NULL,
    role VARCHAR(20) NOT NULL,
    state VARCHAR(20) DEFAULT 'active' NOT NULL,
    email VARCHAR(320) DEFAULT '' NOT NULL,
    full_name VARCHAR(200) DEFAULT '' NOT NULL,
    section VARCHAR(200) DEFAULT '' NOT NULL,
    ids JSON NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(person) REFERENCES people (id)
);
CREATE UNIQUE INDEX enrolments_people ON enrolments (course, person);
CREATE TABLE grade_decisions (
    id INTEGER NOT NULL,
    code_class INTEGER NOT NULL,
    entry TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(code_class) REFERENCES code_classes (id)
);
CREATE TABLE grade_releases (
    id INTEGER NOT NULL,
    course VARCHAR(200) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    name VARCHAR(200) NOT NULL,
    is_shown BOOLEAN NOT NULL,
    since DATETIME NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX grade_releases_names ON grade_releases (course, kind, name);
CREATE TABLE hand_ins (
    id INTEGER NOT NULL,
    code_class INTEGER NOT NULL,
    person INTEGER NOT NULL,
    number INTEGER NOT NULL,
    received_at DATETIME NOT NULL,
    digest VARCHAR(64) NOT NULL,
    size INTEGER NOT NULL,
    files JSON NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(code_class) REFERENCES code_classes (id),
    FOREIGN KEY(person) REFERENCES people (id)
);
CREATE UNIQUE INDEX hand_ins_numbers ON hand_ins (code_class, person, number);
CREATE TABLE handed_files (
    id INTEGER NOT NULL,
    hand_in INTEGER NOT NULL,
    name TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(hand_in) REFERENCES hand_ins (id)
);
CREATE TABLE invitations (
    id INTEGER NOT NULL,
    enrolment INTEGER NOT NULL,
    hash VARCHAR(64) NOT NULL,
    made_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    used_at DATETIME,
    PRIMARY KEY (id),
    FOREIGN KEY(enrolment) REFERENCES enrolments (id),
    UNIQUE (hash)
);
CREATE INDEX ix_answers_attempt ON answers (attempt);
CREATE INDEX ix_attempts_person ON attempts (person);
CREATE INDEX ix_audit_log_course ON audit_log (course);
CREATE INDEX ix_earlier_marks_attempt ON earlier_marks (attempt);
CREATE INDEX ix_earlier_texts_file ON earlier_texts (file);
CREATE INDEX ix_enrolments_person ON enrolments (person);
CREATE INDEX ix_grade_decisions_code_class ON grade_decisions (code_class);
CREATE INDEX ix_hand_ins_person ON hand_ins (person);
CREATE INDEX ix_handed_files_hand_in ON handed_files (hand_in);
CREATE INDEX ix_invitations_enrolment ON invitations (enrolment);
CREATE INDEX ix_lti_keys_course ON lti_keys (course);
CREATE INDEX ix_lti_once_expires_at ON lti_once (expires_at);
CREATE INDEX ix_lti_scores_next_try ON lti_scores (next_try);
CREATE INDEX ix_progress_events_job ON progress_events (job);
CREATE INDEX ix_regrades_code_class ON regrades (code_class);
CREATE INDEX ix_sessions_enrolment ON sessions (enrolment);
CREATE TABLE jobs (
    id INTEGER NOT NULL,
    "key" VARCHAR(200) NOT NULL,
    course VARCHAR(200) NOT NULL,
    priority INTEGER NOT NULL,
    payload JSON NOT NULL,
    state VARCHAR(20) NOT NULL,
    attempt INTEGER DEFAULT 0 NOT NULL,
    made_at DATETIME NOT NULL,
    not_before DATETIME NOT NULL,
    leased_until DATETIME,
    worker VARCHAR(200),
    finished_at DATETIME,
    result TEXT,
    PRIMARY KEY (id),
    UNIQUE ("key")
);
CREATE INDEX jobs_next ON jobs (state, priority, id);
CREATE TABLE lti_contexts (
    id INTEGER NOT NULL,
    platform INTEGER NOT NULL,
    deployment VARCHAR(300) NOT NULL,
    context VARCHAR(300) NOT NULL,
    title TEXT NOT NULL,
    members_url TEXT NOT NULL,
    is_let_in BOOLEAN NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(platform) REFERENCES lti_platforms (id)
);
CREATE UNIQUE INDEX lti_contexts_names ON lti_contexts (platform, deployment, context);
CREATE TABLE lti_keys (
    id INTEGER NOT NULL,
    course VARCHAR(200) NOT NULL,
    private_pem TEXT NOT NULL,
    made_at DATETIME NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE lti_links (
    id INTEGER NOT NULL,
    context INTEGER NOT NULL,
    resource_link VARCHAR(300) NOT NULL,
    target VARCHAR(300) NOT NULL,
    line_item TEXT NOT NULL,
    line_items TEXT NOT NULL,
    scopes JSON NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(context) REFERENCES lti_contexts (id)
);
CREATE UNIQUE INDEX lti_links_names ON lti_links (context, resource_link, target);
CREATE TABLE lti_once (
    id INTEGER NOT NULL,
    course VARCHAR(200) NOT NULL,
    digest VARCHAR(64) NOT NULL,
    purpose VARCHAR(20) NOT NULL,
    payload JSON NOT NULL,
    expires_at DATETIME NOT NULL,
    used_at DATETIME,
    PRIMARY KEY (id),
    UNIQUE (digest)
);
CREATE TABLE lti_people (
    id INTEGER NOT NULL,
    platform INTEGER NOT NULL,
    sub VARCHAR(300) NOT NULL,
    person INTEGER NOT NULL,
    connected_at DATETIME NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(platform) REFERENCES lti_platforms (id),
    FOREIGN KEY(person) REFERENCES people (id)
);
CREATE UNIQUE INDEX lti_people_persons ON lti_people (platform, person);
CREATE UNIQUE INDEX lti_people_subs ON lti_people (platform, sub);
CREATE TABLE lti_platforms (
    id INTEGER NOT NULL,
    course VARCHAR(200) NOT NULL,
    name VARCHAR(200) NOT NULL,
    kind VARCHAR(20) NOT NULL,
    issuer VARCHAR(500) NOT NULL,
    client_id VARCHAR(200) NOT NULL,
    deployments JSON NOT NULL,
    login_url TEXT NOT NULL,
    token_url TEXT NOT NULL,
    token_audience TEXT NOT NULL,
    keys_url TEXT NOT NULL,
    matched_by VARCHAR(20) NOT NULL,
    enrols BOOLEAN NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX lti_platforms_names ON lti_platforms (course, issuer, client_id);
CREATE TABLE lti_scores (
    id INTEGER NOT NULL,
    link INTEGER NOT NULL,
    person INTEGER NOT NULL,
    wanted JSON NOT NULL,
    revision INTEGER NOT NULL,
    since DATETIME NOT NULL,
    sent INTEGER,
    stamp DATETIME,
    tries INTEGER NOT NULL,
    next_try DATETIME,
    problem TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(link) REFERENCES lti_links (id),
    FOREIGN KEY(person) REFERENCES people (id)
);
CREATE UNIQUE INDEX lti_scores_names ON lti_scores (link, person);
CREATE TABLE passwords (
    enrolment INTEGER NOT NULL,
    hash VARCHAR(500) NOT NULL,
    set_at DATETIME NOT NULL,
    PRIMARY KEY (enrolment),
    FOREIGN KEY(enrolment) REFERENCES enrolments (id)
);
CREATE TABLE people (
    id INTEGER NOT NULL,
    name VARCHAR(200) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name)
);
CREATE TABLE progress_events (
    id INTEGER NOT NULL,
    job INTEGER NOT NULL,
    at DATETIME NOT NULL,
    event JSON NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(job) REFERENCES jobs (id)
);
CREATE TABLE quizzes (
    id INTEGER NOT NULL,
    course INTEGER NOT NULL,
    name VARCHAR(200) NOT NULL,
    is_practice BOOLEAN NOT NULL,
    title TEXT NOT NULL,
    path TEXT NOT NULL,
    digest VARCHAR(64) NOT NULL,
    questions JSON NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(course) REFERENCES courses (id)
);
CREATE UNIQUE INDEX quizzes_names ON quizzes (course, name, is_practice);
CREATE TABLE regrades (
    id INTEGER NOT NULL,
    code_class INTEGER NOT NULL,
    trial INTEGER NOT NULL,
    begun_at DATETIME NOT NULL,
    "by" VARCHAR(200) NOT NULL,
    reason TEXT NOT NULL,
    "of" JSON NOT NULL,
    state VARCHAR(20) NOT NULL,
    ended_at DATETIME,
    places JSON,
    PRIMARY KEY (id),
    FOREIGN KEY(code_class) REFERENCES code_classes (id),
    FOREIGN KEY(trial) REFERENCES code_classes (id)
);
CREATE TABLE reports (
    id INTEGER NOT NULL,
    code_class INTEGER NOT NULL,
    submission TEXT NOT NULL,
    made_at DATETIME NOT NULL,
    report TEXT NOT NULL,
    for_student TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(code_class) REFERENCES code_classes (id)
);
CREATE INDEX reports_submissions ON reports (code_class, submission);
CREATE TABLE roster_uploads (
    id INTEGER NOT NULL,
    course VARCHAR(200) NOT NULL,
    "by" VARCHAR(200) NOT NULL,
    at DATETIME NOT NULL,
    name VARCHAR(300) NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX roster_uploads_people ON roster_uploads (course, "by");
CREATE TABLE schema_version (
    version INTEGER NOT NULL
);
CREATE TABLE sessions (
    id INTEGER NOT NULL,
    hash VARCHAR(64) NOT NULL,
    enrolment INTEGER NOT NULL,
    begun_at DATETIME NOT NULL,
    seen_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    revoked_at DATETIME,
    acting_as INTEGER,
    PRIMARY KEY (id),
    UNIQUE (hash),
    FOREIGN KEY(enrolment) REFERENCES enrolments (id),
    FOREIGN KEY(acting_as) REFERENCES enrolments (id)
);
CREATE TABLE shown_names (
    session INTEGER NOT NULL,
    is_shown BOOLEAN NOT NULL,
    PRIMARY KEY (session),
    FOREIGN KEY(session) REFERENCES sessions (id)
);
CREATE TABLE staff_files (
    id INTEGER NOT NULL,
    course VARCHAR(200) NOT NULL,
    kind VARCHAR(100) NOT NULL,
    name VARCHAR(200) NOT NULL,
    made_at DATETIME NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX staff_files_names ON staff_files (course, kind, name);
