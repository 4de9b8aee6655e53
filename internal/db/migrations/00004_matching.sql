-- Vocabularies that the operator added, what people answered to matches, what
-- was suggested to owners, and searches that people keep.

-- +goose Up
CREATE TABLE vocabularies (
    id         text NOT NULL PRIMARY KEY,
    title      text NOT NULL,
    licence    text NOT NULL,
    address    text NOT NULL,
    format     text NOT NULL,
    pairs      smallint NOT NULL CHECK (pairs IN (0, 1)),
    entries    bigint NOT NULL,
    labels     bigint NOT NULL,
    sha256     text NOT NULL,
    added_at   bigint NOT NULL,
    added_by   text NOT NULL
);

CREATE TABLE answers (
    record      text NOT NULL,
    counterpart text NOT NULL,
    account     text NOT NULL,
    useful      smallint NOT NULL CHECK (useful IN (0, 1)),
    reasons     text NOT NULL,
    note        text NOT NULL,
    answered_at bigint NOT NULL,
    PRIMARY KEY (record, counterpart, account)
);

CREATE TABLE suggestions (
    record       text NOT NULL,
    counterpart  text NOT NULL,
    likeness     bigint NOT NULL,
    suggested_at bigint NOT NULL,
    PRIMARY KEY (record, counterpart)
);

CREATE INDEX suggestions_by_time ON suggestions (record, suggested_at);

CREATE TABLE searches (
    id        text NOT NULL PRIMARY KEY,
    account   text NOT NULL,
    name      text NOT NULL,
    query     text NOT NULL,
    saved_at  bigint NOT NULL,
    seen_at   bigint NOT NULL
);

CREATE INDEX searches_by_account ON searches (account, saved_at);
