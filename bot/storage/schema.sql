-- All tables of a ragvsft database, as a new database gets them.
-- Times are ISO 8601 texts in UTC, days are ISO dates, ids of people and channels are Slack's.

-- Which schema and which migrations this database has.
create table schema_migrations (
  name text not null primary key
);

-- Playbooks: the text of each version that a draft or a decision uses.
create table playbooks (
  hash text not null primary key,
  folder text not null,
  files text not null
);

-- Drafts: questionnaires in progress, until they become a decision.
create table drafts (
  id text not null primary key,
  workspace text not null,
  driver text not null,
  purpose text not null,          -- open, edit, supersede, perspective
  about integer,                  -- the decision that is edited, superseded or contributed to
  decision integer,               -- the decision that it became, or that it changed
  playbook_hash text not null references playbooks (hash),
  channel text,                   -- where it was started; null outside a channel
  visibility text,
  source_channel text,            -- the message that it was started from
  source_link text,
  started_at text not null,
  changed_at text not null,
  workflow text not null,         -- JSON: title, problem, deciders, review
  answers text not null,          -- JSON: question to answer
  chosen text not null,           -- JSON: the same, pressed on a page that is not submitted
  pages text not null,            -- JSON: the questions of the pages that were submitted
  choice text,                    -- of a perspective: the option that the person would choose
  note text not null              -- of a perspective: what the others may have missed
);
create index idx_drafts_driver on drafts (workspace, driver, changed_at);
create index idx_drafts_expiry on drafts (changed_at) where decision is null;

-- Decisions as they are now; their history is in events.
create table decisions (
  id integer not null primary key,        -- identifies it in the full-text index
  workspace text not null,
  number integer not null,                -- counts from 1 in each workspace
  draft_id text not null,
  channel text not null,
  visibility text not null,               -- public, private, direct
  status text not null,
  driver text not null,
  decider_count integer not null,
  review_count integer not null,
  recommended text not null,              -- an option; '' for none
  chosen text not null,                   -- the option decided, else the one recommended
  opened_at text not null,
  review_on text,
  review_asked text,                      -- the review date for which all deciders were asked
  resolved_by text,                       -- accepted or overridden
  resolved_at text,
  resolved_option text,
  resolved_reason text,
  closed_by text,                         -- withdrawn or superseded
  closed_at text,
  closed_reason text,
  supersedes integer,
  superseded_by integer,
  playbook text not null,
  playbook_hash text not null references playbooks (hash),
  source_channel text,                    -- the message that it was made from
  source_link text,
  title text not null,
  problem text not null,
  answers text not null,                  -- JSON: question to answer
  verdict text not null,                  -- JSON
  unique (workspace, number),
  unique (workspace, draft_id)
);
-- What lists and searches filter by, newest first.
create index idx_decisions_visible on decisions (workspace, visibility, number);
create index idx_decisions_status on decisions (workspace, visibility, status, number);
create index idx_decisions_chosen on decisions (workspace, visibility, chosen, number);
create index idx_decisions_status_chosen
  on decisions (workspace, visibility, status, chosen, number);
create index idx_decisions_channel
  on decisions (workspace, channel, visibility, number, status, chosen);
create index idx_decisions_playbook on decisions (workspace, playbook, number, visibility, channel);
create index idx_decisions_reviewed on decisions (workspace, number) where review_count > 0;
create index idx_decisions_to_review on decisions (review_on, workspace, number)
  where review_asked is null and status in ('accepted', 'overridden');
-- What digests count, in a whole workspace and in a channel.
create index idx_digest_open_everywhere
  on decisions (workspace, visibility, number) where status = 'open';
create index idx_digest_open_here
  on decisions (workspace, channel, visibility, number) where status = 'open';
create index idx_digest_new_everywhere on decisions (workspace, visibility, opened_at, status);
create index idx_digest_new_here
  on decisions (workspace, channel, visibility, opened_at, status);
create index idx_digest_decided_everywhere
  on decisions (workspace, visibility, resolved_at) where status in ('accepted', 'overridden');
create index idx_digest_decided_here on decisions (workspace, channel, visibility, resolved_at)
  where status in ('accepted', 'overridden');
create index idx_digest_closed_everywhere
  on decisions (workspace, visibility, closed_at) where status in ('withdrawn', 'superseded');
create index idx_digest_closed_here on decisions (workspace, channel, visibility, closed_at)
  where status in ('withdrawn', 'superseded');
create index idx_digest_unreviewed_everywhere on decisions (workspace, visibility, review_on)
  where status in ('accepted', 'overridden') and review_count < decider_count;
create index idx_digest_unreviewed_here on decisions (workspace, channel, visibility, review_on)
  where status in ('accepted', 'overridden') and review_count < decider_count;
create index idx_digest_reviewed_everywhere
  on decisions (workspace, visibility, number) where review_count > 0;
create index idx_digest_reviewed_here
  on decisions (workspace, channel, visibility, number) where review_count > 0;
create index idx_digest_version_everywhere
  on decisions (workspace, visibility, playbook_hash, number)
  where status in ('accepted', 'overridden');
create index idx_digest_version_here
  on decisions (workspace, channel, visibility, playbook_hash, number)
  where status in ('accepted', 'overridden');
create index idx_digest_option_everywhere on decisions (workspace, visibility, chosen, opened_at);
create index idx_digest_option_here
  on decisions (workspace, channel, visibility, chosen, opened_at);

-- The people of a decision, who may read it from anywhere.
create table decision_people (
  workspace text not null,
  number integer not null,
  user_id text not null,
  role text not null,             -- driver, decider, contributor
  position integer not null,      -- the order of deciders
  primary key (workspace, number, role, user_id)
);
create index idx_decision_people_user on decision_people (workspace, user_id, number, role);

-- Reviews: the last answer of each person how a decision went, in the order given.
create table reviews (
  id integer not null primary key,
  workspace text not null,
  number integer not null,
  user_id text not null,
  at text not null,
  outcome text not null,
  note text not null,
  unique (workspace, number, user_id)
);

-- Events: the history of decisions; rows are never changed.
create table events (
  id integer not null primary key,
  workspace text not null,
  number integer not null,
  kind text not null,
  actor text not null,
  at text not null,
  detail text not null            -- JSON
);
create index idx_events_decision on events (workspace, number);

-- Perspectives: what contributors would choose, and their answers to some of the questions.
create table perspectives (
  workspace text not null,
  number integer not null,
  user_id text not null,
  answers text not null,          -- JSON: question to answer
  option text not null,           -- the option that they lead to; '' for none
  strength text not null,
  choice text,                    -- the option that the person would choose
  note text not null,
  added_at text not null,
  changed_at text not null,
  primary key (workspace, number, user_id),
  foreign key (workspace, number) references decisions (workspace, number)
);

-- View requests: who was asked for a perspective.
create table view_requests (
  workspace text not null,
  number integer not null,
  user_id text not null,
  asked_by text not null,
  asked_at text not null,
  nudged_at text,
  primary key (workspace, number, user_id),
  foreign key (workspace, number) references decisions (workspace, number)
);
create index idx_view_requests_user on view_requests (workspace, user_id, number);

-- People: cached names and time zones of everybody who appears in decisions.
create table people (
  workspace text not null,
  user_id text not null,
  name text not null,
  zone text,
  outside integer not null,       -- whether they belong to another company
  guest integer not null,         -- whether they see only channels that they were invited to
  admin integer not null,         -- whether they are an admin or an owner of the workspace
  gone integer not null,          -- whether their account was deactivated
  enterprise text,                -- their organisation, if Slack names one
  asked_at text not null,         -- when the directory was asked last; '' for never
  primary key (workspace, user_id)
);
create index idx_people_asked on people (asked_at);

-- Names of public channels.
create table channel_names (
  workspace text not null,
  channel text not null,
  name text not null,
  primary key (workspace, channel)
);

-- Channels that are known not to be open to the whole workspace. Slack does not say when a public
-- channel becomes private or is shared; the next command there comes without the channel's name.
create table private_channels (
  workspace text not null,
  channel text not null,
  primary key (workspace, channel)
);

-- Where the messages of a workspace are on the web: what permalinks begin with.
create table workspace_urls (
  workspace text not null primary key,
  url text not null,
  learned_at text not null
);

-- Channels with members from other workspaces (Slack Connect).
create table shared_channels (
  workspace text not null,
  channel text not null,
  primary key (workspace, channel)
);

-- Numbers that a restored database must not assign again.
create table number_floors (
  workspace text not null primary key,
  number integer not null
);

-- Bots that run on this database, and the version of each playbook that they have read.
create table running_bots (
  bot text not null,              -- identifies the process
  playbook text not null,
  version text not null,
  playbook_hash text not null,
  seen_at text not null,
  primary key (bot, playbook)
);

-- Installations by OAuth, with the encrypted bot token.
create table installations (
  account text not null primary key,
  team text,
  enterprise text,
  name text not null,
  bot_user text not null,
  installed_by text not null,
  scopes text not null,
  encrypted_token text not null,
  installed_at text not null
);

-- Which organisation (Enterprise Grid) a workspace belongs to.
create table enterprise_workspaces (
  workspace text not null primary key,
  enterprise text not null
);

-- Workspaces that removed the app, and when; what is stored of them is deleted later.
create table removed_workspaces (
  workspace text not null primary key,
  removed_at text not null
);

-- OAuth states of installations in progress.
create table oauth_states (
  state text not null primary key,
  expires_at text not null
);
create index idx_oauth_states_expires_at on oauth_states (expires_at);

-- Deliveries: outgoing Slack messages, and their state. `parent` is the key of the root of the
-- thread, or of the message that a redraw updates; `subject` that of the delivery of an alert.
create table deliveries (
  id integer not null primary key,
  key text not null,
  workspace text not null,
  kind text not null,
  channel text not null,
  decision integer,
  parent text,
  subject text,
  subject_channel text,
  payload text not null,
  background integer not null,    -- whether nobody waits for it: digests, questions for reviews
  state text not null,
  attempts integer not null,
  created_at text not null,
  due_at text not null,
  expires_at text,
  claimed_at text,
  first_failed_at text,
  ts text,
  sent_channel text,
  error text
);
create unique index idx_deliveries_key on deliveries (key);
create index idx_deliveries_state_due_at on deliveries (state, due_at);
create index idx_deliveries_workspace_channel_claimed_at
  on deliveries (workspace, channel, claimed_at);
create index idx_deliveries_decision on deliveries (workspace, decision, id);
create index idx_deliveries_parent on deliveries (parent);
create index idx_deliveries_subject on deliveries (subject) where subject is not null;
create index idx_deliveries_due on deliveries (background, due_at, id) where state = 'pending';
create index idx_deliveries_pending on deliveries (workspace, channel) where state = 'pending';
create index idx_deliveries_retried
  on deliveries (workspace, channel, id) where state = 'pending' and attempts > 0;
create index idx_deliveries_sending
  on deliveries (workspace, channel, claimed_at) where state = 'sending';
create index idx_deliveries_held on deliveries (workspace, channel) where state = 'held';

-- Channels, or whole workspaces (channel = ''), that accept no messages. A workspace is probed with
-- one delivery at `probe_at`, after longer and longer pauses: `probes` counts them.
create table channel_blocks (
  workspace text not null,
  channel text not null,
  reason text not null,
  since text not null,
  probe_at text not null,
  probes integer not null,
  primary key (workspace, channel)
);

-- When a workspace may call a Slack method again.
create table rate_limits (
  workspace text not null,
  method text not null,
  resumes_at text not null,
  primary key (workspace, method)
);

-- Settings of each channel's weekly digest.
create table digest_settings (
  workspace text not null,
  channel text not null,
  visibility text not null,
  set_by text not null,
  set_at text not null,
  created_at text not null,
  active_since text not null,     -- since when it is on with this schedule
  is_on integer not null,
  weekday text not null,
  at text not null,               -- time of day
  zone text not null,
  sections text not null,         -- JSON
  post_when_empty integer not null,
  scope text not null,
  primary key (workspace, channel)
);

-- Digests that were due or posted by hand. The primary key makes each run once.
create table digest_runs (
  workspace text not null,
  channel text not null,
  name text not null,             -- the ISO week, or now/ and a token if posted by hand
  day text,                       -- where it is read; null if posted by hand
  until text not null,            -- end of its window
  outcome text not null,          -- posted, empty, unconfirmed
  playbooks text not null,        -- JSON: hashes of the playbooks in use
  delivery text,                  -- key of its delivery
  primary key (workspace, channel, name)
);
