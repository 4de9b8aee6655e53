-- What an embedding service made of public records. All of it can be made again.
--
-- rev is the revision that was asked about, 0 while none was; dims is 0 while there
-- is no vector, and stays so when the service refused the text. A row with asked_at
-- is being worked on by some process since then.

-- +goose Up
CREATE TABLE vectors (
    record   text NOT NULL,
    model    text NOT NULL,
    rev      bigint NOT NULL CHECK (rev >= 0),
    dims     bigint NOT NULL CHECK (dims >= 0),
    vector   bytea NOT NULL,
    digest   text NOT NULL,
    made_at  bigint NOT NULL,
    asked_at bigint NOT NULL,
    PRIMARY KEY (record, model)
);

CREATE INDEX vectors_made ON vectors (model, made_at);
