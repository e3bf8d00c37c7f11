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
CREATE TABLE grade_decisions (
    id INTEGER NOT NULL,
    code_class INTEGER NOT NULL,
    entry TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(code_class) REFERENCES code_classes (id)
);
CREATE INDEX ix_answers_attempt ON answers (attempt);
CREATE INDEX ix_attempts_person ON attempts (person);
CREATE INDEX ix_earlier_marks_attempt ON earlier_marks (attempt);
CREATE INDEX ix_grade_decisions_code_class ON grade_decisions (code_class);
CREATE TABLE people (
    id INTEGER NOT NULL,
    name VARCHAR(200) NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name)
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
CREATE TABLE schema_version (
    version INTEGER NOT NULL
);
