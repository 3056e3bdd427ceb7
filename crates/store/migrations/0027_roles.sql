-- Whoever has more than a member's role: few, and looked for by it.
CREATE INDEX users_by_role ON users (account_id, role) WHERE role <> 'member';
