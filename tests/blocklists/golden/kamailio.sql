BEGIN;
DELETE FROM globalblocklist WHERE description LIKE 'fanzha:%';
INSERT INTO globalblocklist (prefix, allowlist, description) VALUES ('8613800000001', 0, 'fanzha:impersonating-police');
INSERT INTO globalblocklist (prefix, allowlist, description) VALUES ('95013812345', 0, 'fanzha:fake-loan');
COMMIT;
