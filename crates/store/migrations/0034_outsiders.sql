-- The addresses of a domain, by the account that has the user: who is elsewhere with an address of it. The expression is what
-- stands behind the last @.
CREATE INDEX emails_by_domain ON emails
    (substr(folded, length(rtrim(folded, replace(folded, '@', ''))) + 1), account_id, folded);
