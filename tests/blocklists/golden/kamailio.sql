BEGIN;
DELETE FROM globalblocklist;
INSERT INTO globalblocklist (prefix, allowlist, description) VALUES ('8613800000001', 0, 'impersonating-police');
INSERT INTO globalblocklist (prefix, allowlist, description) VALUES ('95013812345', 0, 'fake-loan');
COMMIT;
