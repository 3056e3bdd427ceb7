-- What becomes of each mail. Those that were there before are kept, as the outbox promised; none of them is sent.

ALTER TABLE outbox ADD COLUMN state {TEXT} NOT NULL DEFAULT 'kept';
ALTER TABLE outbox ADD COLUMN attempts {INTEGER} NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN ended_at {INTEGER};
ALTER TABLE outbox ADD COLUMN answer {TEXT};
CREATE INDEX outbox_by_end ON outbox (ended_at);
