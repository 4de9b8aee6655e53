-- Records, their revisions and links, and the journal. Times are microseconds
-- since 1970 UTC. The states are those of record/flow.go.

-- +goose Up
CREATE TABLE records (
    id         text NOT NULL PRIMARY KEY,
    kind       text NOT NULL,
    state      text NOT NULL CHECK (state IN ('draft','submitted','returned','scheduled','published','suspended','expired','withdrawn','erased')),
    rev        bigint NOT NULL CHECK (rev > 0),
    public_rev bigint NOT NULL CHECK (public_rev >= 0 AND public_rev <= rev),
    owner      text NOT NULL,
    ulid       text NOT NULL,
    due_at     bigint NOT NULL,
    updated_at bigint NOT NULL
);
CREATE INDEX records_ulid ON records (ulid);
CREATE INDEX records_due ON records (due_at) WHERE due_at > 0;

CREATE TABLE revisions (
    record text NOT NULL REFERENCES records (id),
    rev    bigint NOT NULL CHECK (rev > 0),
    digest text NOT NULL,
    body   text NOT NULL,
    state  text NOT NULL,
    verb   text NOT NULL,
    actor  text NOT NULL,
    remark text NOT NULL,
    at     bigint NOT NULL,
    PRIMARY KEY (record, rev)
);

CREATE TABLE links (
    source text NOT NULL REFERENCES records (id),
    rel    text NOT NULL,
    target text NOT NULL,
    PRIMARY KEY (source, rel, target)
);
CREATE INDEX links_target ON links (target, rel);

CREATE TABLE journal (
    record text NOT NULL,
    rev    bigint NOT NULL,
    at     bigint NOT NULL,
    topic  text NOT NULL,
    seq    bigint UNIQUE,
    PRIMARY KEY (record, rev)
);
CREATE INDEX journal_unordered ON journal (at) WHERE seq IS NULL;
