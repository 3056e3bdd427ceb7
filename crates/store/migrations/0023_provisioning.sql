-- What a directory adds to what is known already.

-- What the directory calls the member, if that is not what the member is called anyway. Only its own rows have it.
ALTER TABLE memberships ADD COLUMN display {TEXT};
