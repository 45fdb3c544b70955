-- Who has agreed to publish a plan that needs more than one person; kept as evidence after it is published.

CREATE TABLE plan_agreements (
  hash      text NOT NULL,
  person    text NOT NULL,
  agreed_at double precision NOT NULL,
  PRIMARY KEY (hash, person)
);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_server') THEN
    GRANT SELECT, INSERT ON plan_agreements TO tocsin_server;
  END IF;
END $$;
