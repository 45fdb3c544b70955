-- The mails of drills, one row a mail and a person: what is sent is noted here, so that a crash neither loses a mail nor doubles it in silence.
CREATE TABLE drill_mails (
  drill    text NOT NULL,
  -- Which of its mails: an inject, a voice, an invitation.
  key      text NOT NULL,
  person   text NOT NULL,
  state    text NOT NULL CHECK (state IN ('sending', 'waiting', 'sent', 'failed')),
  tries    integer NOT NULL DEFAULT 1,
  -- An earlier try may have arrived: nobody heard what came of it.
  unsure   boolean NOT NULL DEFAULT false,
  tried_at double precision NOT NULL,
  -- Why it was not sent.
  why      text,
  PRIMARY KEY (drill, key, person)
);

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tocsin_server') THEN
    GRANT SELECT, INSERT, UPDATE ON drill_mails TO tocsin_server;
  END IF;
END $$;
