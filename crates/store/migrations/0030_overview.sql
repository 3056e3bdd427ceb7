-- What the overview of an account counts, without a walk along its response log.

-- How many responses came on a day (UTC), by how they ended: `day` is its first microsecond. Nodes add what they counted every
-- few seconds.
CREATE TABLE tallies (
    account_id {ID} NOT NULL,
    day {INTEGER} NOT NULL,
    outcome {TEXT} NOT NULL,
    total {INTEGER} NOT NULL,
    PRIMARY KEY (account_id, day, outcome)
) {NARROW};
CREATE INDEX tallies_by_day ON tallies (day);

-- Who was refused, and why. A response that is accepted is not in it, so a sign-in writes nothing here.
CREATE INDEX response_log_refused ON response_log (account_id, id, person, code) WHERE outcome = 'refused';
