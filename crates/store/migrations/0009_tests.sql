-- Test sign-ins. A request that tests a version names it and the administrator; what it passed stays with the version.

ALTER TABLE sign_ins ADD COLUMN tested_version {INTEGER};
ALTER TABLE sign_ins ADD COLUMN tester {ID};
ALTER TABLE connection_versions ADD COLUMN tested_at {INTEGER};
ALTER TABLE connection_versions ADD COLUMN tested_by {ID};
ALTER TABLE connection_versions ADD COLUMN test_tracking_id {ID};
