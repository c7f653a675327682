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
  playbook_hash text not null references playbooks (hash),
  channel text,
  visibility text,
  workflow text not null,
  answers text not null,
  started_at text not null,
  changed_at text not null,
  decision integer,
  purpose text not null,
  about integer,
  source text
);
create index idx_drafts_workspace_driver_changed_at on drafts (workspace, driver, changed_at);
create index idx_drafts_open on drafts (changed_at) where decision is null;

-- Decisions.
create table decisions (
  workspace text not null,
  number integer not null,
  draft_id text not null,
  title text not null,
  problem text not null,
  driver text not null,
  deciders text not null,
  review_on text,
  channel text not null,
  visibility text not null,
  playbook_hash text not null references playbooks (hash),
  answers text not null,
  verdict text not null,
  option text not null,
  status text not null,
  opened_at text not null,
  resolution text,
  supersedes integer,
  superseded_by integer,
  reviews text not null default '[]',
  review_asked text,
  source text,
  primary key (workspace, number)
);
create unique index idx_decisions_workspace_draft_id on decisions (workspace, draft_id);
create index idx_decisions_workspace_driver_number on decisions (workspace, driver, number);
create index idx_decisions_to_review
  on decisions (review_on) where review_asked is null and status in ('accepted', 'overridden');
create index idx_decisions_reviewed on decisions (workspace, number) where reviews <> '[]';
create index idx_digest_open_everywhere
  on decisions (workspace, visibility, number) where status = 'open';
create index idx_digest_settled_everywhere
  on decisions (workspace, visibility, rtrim(json_extract(resolution, '$.at'), 'Z'))
  where status in ('accepted', 'overridden');
create index idx_digest_unreviewed_everywhere
  on decisions (workspace, visibility, review_on)
  where status in ('accepted', 'overridden') and json_array_length(reviews) < json_array_length(deciders);
create index idx_digest_reviewed_everywhere
  on decisions (workspace, visibility, number) where reviews <> '[]';
create index idx_digest_edition_everywhere
  on decisions (workspace, visibility, playbook_hash, number)
  where status in ('accepted', 'overridden');
create index idx_digest_opened_everywhere on decisions (workspace, visibility, opened_at, status);
create index idx_digest_open_here
  on decisions (workspace, channel, visibility, number) where status = 'open';
create index idx_digest_settled_here
  on decisions (workspace, channel, visibility, rtrim(json_extract(resolution, '$.at'), 'Z'))
  where status in ('accepted', 'overridden');
create index idx_digest_unreviewed_here
  on decisions (workspace, channel, visibility, review_on)
  where status in ('accepted', 'overridden') and json_array_length(reviews) < json_array_length(deciders);
create index idx_digest_reviewed_here
  on decisions (workspace, channel, visibility, number) where reviews <> '[]';
create index idx_digest_edition_here
  on decisions (workspace, channel, visibility, playbook_hash, number)
  where status in ('accepted', 'overridden');
create index idx_digest_opened_here
  on decisions (workspace, channel, visibility, opened_at, status);
create index idx_digest_ended_everywhere
  on decisions (workspace, visibility, rtrim(coalesce( json_extract(resolution, '$.ended.at'), iif(json_extract(resolution, '$.option') is null, json_extract(resolution, '$.at'), null) ), 'Z'))
  where status in ('withdrawn', 'superseded');
create index idx_digest_ended_here
  on decisions (workspace, channel, visibility, rtrim(coalesce( json_extract(resolution, '$.ended.at'), iif(json_extract(resolution, '$.option') is null, json_extract(resolution, '$.at'), null) ), 'Z'))
  where status in ('withdrawn', 'superseded');
create index idx_digest_option_everywhere
  on decisions (workspace, visibility, coalesce(json_extract(resolution, '$.option'), option), opened_at);
create index idx_digest_option_here
  on decisions (workspace, channel, visibility, coalesce(json_extract(resolution, '$.option'), option), opened_at);

-- Search columns of decisions.
create table catalogue (
  id integer primary key,
  workspace text not null,
  number integer not null,
  visibility text not null,
  channel text not null,
  status text not null,
  chosen text not null,
  playbook text not null,
  unique (workspace, number)
);
create index idx_catalogue_any on catalogue (workspace, visibility, number);
create index idx_catalogue_status on catalogue (workspace, visibility, status, number);
create index idx_catalogue_chosen on catalogue (workspace, visibility, chosen, number);
create index idx_catalogue_both on catalogue (workspace, visibility, status, chosen, number);
create index idx_catalogue_channel on catalogue (workspace, channel, number);
create index idx_catalogue_playbook on catalogue (workspace, playbook, number);

-- Who drives, decides and contributes to a decision.
create table decision_people (
  workspace text not null,
  user text not null,
  number integer not null,
  role text not null,
  primary key (workspace, user, number, role)
);
create index idx_decision_people_of on decision_people (workspace, number, role, user);

-- Full-text index.
create virtual table decision_words using fts5 (
      facets, title, problem, reasons, tokenize='porter unicode61 remove_diacritics 2'
    );

-- Events: the history of each decision; rows are never changed.
create table events (
  id integer not null primary key,
  workspace text not null,
  decision integer not null,
  kind text not null,
  actor text not null,
  at text not null,
  detail text not null
);
create index idx_events_workspace_decision on events (workspace, decision);

-- Perspectives: answers that contributors gave to the questions of a decision.
create table perspectives (
  workspace text not null,
  number integer not null,
  user text not null,
  answers text not null,
  option text not null,
  strength text not null,
  added_at text not null,
  changed_at text not null,
  primary key (workspace, number, user),
  foreign key (workspace, number) references decisions (workspace, number)
);

-- View requests: who was asked for a perspective.
create table asked (
  workspace text not null,
  number integer not null,
  user text not null,
  asked_by text not null,
  asked_at text not null,
  nudged_at text,
  primary key (workspace, number, user),
  foreign key (workspace, number) references decisions (workspace, number)
);
create index idx_asked_of on asked (workspace, user, number);

-- People: cached names and time zones of the users who appear in decisions.
create table people (
  workspace text not null,
  user text not null,
  name text not null default '',
  zone text,
  asked_at text not null default '',
  primary key (workspace, user)
);
create index idx_people_asked on people (asked_at);

-- Names of public channels.
create table channel_names (
  workspace text not null,
  channel text not null,
  name text not null,
  primary key (workspace, channel)
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

-- Installations by OAuth, with the encrypted bot token.
create table installations (
  account text not null primary key,
  team text,
  enterprise text,
  name text not null,
  bot_user text not null,
  installed_by text not null,
  scopes text not null,
  token text not null,
  installed_at text not null
);

-- Which organisation (Enterprise Grid) a workspace belongs to.
create table enterprise_workspaces (
  workspace text not null primary key,
  enterprise text not null
);

-- OAuth states of installations in progress.
create table oauth_states (
  state text not null primary key,
  expires_at text not null
);
create index idx_oauth_states_expires_at on oauth_states (expires_at);

-- Deliveries: outgoing Slack messages, and their state.
create table deliveries (
  id integer not null primary key,
  key text not null,
  workspace text not null,
  kind text not null,
  channel text not null,
  decision integer,
  after text,
  detail text not null,
  state text not null,
  attempts integer not null,
  due_at text not null,
  taken_at text,
  ts text,
  sent_channel text,
  error text,
  kept_at text,
  failing_since text
);
create unique index idx_deliveries_key on deliveries (key);
create index idx_deliveries_state_due_at on deliveries (state, due_at);
create index idx_deliveries_workspace_channel_taken_at
  on deliveries (workspace, channel, taken_at);
create index idx_deliveries_tried
  on deliveries (workspace, channel, id) where state = 'pending' and attempts > 0;
create index idx_deliveries_sending
  on deliveries (workspace, channel, taken_at) where state = 'sending';

-- Channels, or whole workspaces (channel = ''), where nothing can be delivered at present.
create table stops (
  workspace text not null,
  channel text not null,
  reason text not null,
  since text not null,
  try_at text not null,
  primary key (workspace, channel)
);

-- Until when a workspace must not call a Slack method.
create table pauses (
  workspace text not null,
  method text not null,
  until text not null,
  primary key (workspace, method)
);

-- Digest settings of each channel.
create table digest_settings (
  workspace text not null,
  channel text not null,
  visibility text not null,
  set_by text not null,
  set_at text not null,
  begun_at text not null,
  counts_from text not null,
  is_on integer not null,
  weekday text not null,
  at text not null,
  zone text not null,
  parts text not null,
  even_if_quiet integer not null,
  scope text not null,
  primary key (workspace, channel)
);

-- Weekly digests that were sent, or skipped as empty.
create table digests (
  workspace text not null,
  channel text not null,
  week text not null,
  day text not null,
  until text not null,
  sent integer not null,
  missed text not null,
  editions text not null,
  primary key (workspace, channel, week)
);

-- Triggers that keep the search index; code will replace them.
create trigger decisions_handed_over after update of driver, deciders on decisions
    when old.driver is not new.driver or old.deciders is not new.deciders begin
      delete from decision_people where workspace = new.workspace and number = new.number and role in ('driver', 'decider');
      
insert or ignore into decision_people (workspace, user, number, role)
select new.workspace, new.driver, new.number, 'driver'
union all
select new.workspace, decider.value, new.number, 'decider'
from json_each(new.deciders) as decider
;
    end;
create trigger decision_people_joined after insert on decision_people begin
      update decision_words set facets = (select 
  'in' || card.workspace || ' status' || card.status
  || ' option' || replace(replace(card.chosen, '_', ''), '-', '') || 
  case card.visibility when 'public' then ' readpublic'
    when 'private' then ' read' || card.channel else '' end
  || coalesce((
    select group_concat(' read' || user, '') from decision_people
    where workspace = card.workspace and number = card.number
  ), '')

 from catalogue as card where workspace = new.workspace and number = new.number)
      where rowid = (select id from catalogue where workspace = new.workspace and number = new.number);
    end;
create trigger decision_people_left after delete on decision_people begin
      update decision_words set facets = (select 
  'in' || card.workspace || ' status' || card.status
  || ' option' || replace(replace(card.chosen, '_', ''), '-', '') || 
  case card.visibility when 'public' then ' readpublic'
    when 'private' then ' read' || card.channel else '' end
  || coalesce((
    select group_concat(' read' || user, '') from decision_people
    where workspace = card.workspace and number = card.number
  ), '')

 from catalogue as card where workspace = old.workspace and number = old.number)
      where rowid = (select id from catalogue where workspace = old.workspace and number = old.number);
    end;
create trigger perspectives_added after insert on perspectives begin
      insert or ignore into decision_people (workspace, user, number, role)
      values (new.workspace, new.user, new.number, 'contributor');
    end;
create trigger people_of_decisions after insert on decision_people begin
  insert into people (workspace, user)
  select new.workspace, new.user where not exists (
    select 1 from people where workspace = new.workspace and user = new.user
  );
end;
create trigger people_asked after insert on asked begin
  insert into people (workspace, user)
  select new.workspace, new.user where not exists (
    select 1 from people where workspace = new.workspace and user = new.user
  );
end;
create trigger decisions_found after insert on decisions begin
      
insert or ignore into decision_people (workspace, user, number, role)
select new.workspace, new.driver, new.number, 'driver'
union all
select new.workspace, decider.value, new.number, 'decider'
from json_each(new.deciders) as decider
;
      
insert into catalogue (workspace, number, visibility, channel, status, chosen, playbook)
select new.workspace, new.number, new.visibility, new.channel, new.status,
  coalesce(json_extract(new.resolution, '$.option'), new.option),
  json_extract(new.verdict, '$.playbook.id')
;
      insert into decision_words (rowid, facets, title, problem, reasons) 
select card.id, 
  'in' || card.workspace || ' status' || card.status
  || ' option' || replace(replace(card.chosen, '_', ''), '-', '') || 
  case card.visibility when 'public' then ' readpublic'
    when 'private' then ' read' || card.channel else '' end
  || coalesce((
    select group_concat(' read' || user, '') from decision_people
    where workspace = card.workspace and number = card.number
  ), '')

, decisions.title, decisions.problem,
  coalesce(json_extract(decisions.resolution, '$.reason'), '') || ' ' || coalesce(json_extract(decisions.resolution, '$.ended.reason'), '')
from catalogue as card join decisions using (workspace, number)
 where workspace = new.workspace and number = new.number;
    end;
create trigger decisions_changed
    after update of visibility, channel, status, resolution, option, title, problem on decisions
    begin
      update catalogue set visibility = new.visibility, channel = new.channel, status = new.status,
        chosen = coalesce(json_extract(new.resolution, '$.option'), new.option)
      where workspace = new.workspace and number = new.number;
      update decision_words set title = new.title, problem = new.problem,
        reasons = coalesce(json_extract(new.resolution, '$.reason'), '') || ' ' || coalesce(json_extract(new.resolution, '$.ended.reason'), ''), facets = (select 
  'in' || card.workspace || ' status' || card.status
  || ' option' || replace(replace(card.chosen, '_', ''), '-', '') || 
  case card.visibility when 'public' then ' readpublic'
    when 'private' then ' read' || card.channel else '' end
  || coalesce((
    select group_concat(' read' || user, '') from decision_people
    where workspace = card.workspace and number = card.number
  ), '')

 from catalogue as card where workspace = new.workspace and number = new.number)
      where rowid = (select id from catalogue where workspace = new.workspace and number = new.number);
    end;
