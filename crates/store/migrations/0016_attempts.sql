-- Failures are counted by login and network, out of the log of sign-ins.
CREATE INDEX sign_in_login ON sign_in (login, at);
