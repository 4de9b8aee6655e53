-- Attachments by content, imports that can be resumed, and what the link check
-- found.

-- +goose Up
CREATE TABLE files (
    sha256     text NOT NULL PRIMARY KEY,
    media_type text NOT NULL,
    size       bigint NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE imports (
    source     text NOT NULL PRIMARY KEY,
    name       text NOT NULL,
    done_rows  bigint NOT NULL,
    bad_rows   bigint NOT NULL,
    finished   smallint NOT NULL CHECK (finished IN (0, 1)),
    updated_at bigint NOT NULL
);

CREATE TABLE link_checks (
    url        text NOT NULL PRIMARY KEY,
    status     bigint NOT NULL,
    problem    text NOT NULL,
    checked_at bigint NOT NULL
);
