-- Accounts, what they may be, and their sessions. Private: never in a record.

-- +goose Up
CREATE TABLE accounts (
    id         text NOT NULL PRIMARY KEY,
    login      text NOT NULL UNIQUE,
    name       text NOT NULL,
    password   text NOT NULL,
    lang       text NOT NULL,
    zone       text NOT NULL,
    disabled   smallint NOT NULL CHECK (disabled IN (0, 1)),
    created_at bigint NOT NULL,
    seen_at    bigint NOT NULL
);

CREATE TABLE grants (
    account text NOT NULL REFERENCES accounts (id),
    role    text NOT NULL CHECK (role IN ('member','focal','secretariat','admin')),
    scope   text NOT NULL,
    state   text NOT NULL,
    PRIMARY KEY (account, role, scope)
);

CREATE TABLE sessions (
    token  text NOT NULL PRIMARY KEY,
    data   bytea NOT NULL,
    expiry bigint NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry);
