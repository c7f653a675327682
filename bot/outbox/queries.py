"""Which deliveries can be sent, and when: what the outbox asks of the log.

States stand in some conditions as they are, not as parameters: there are indices of just the few
deliveries that are under way, or wait to be tried again. A plus keeps a column out of the choice
of an index.
"""

PARENTS = "left join deliveries as parent on parent.key = d.after"

_READY = f"""
from deliveries as d {PARENTS}
left join pauses on pauses.workspace = d.workspace and pauses.method =
  case d.kind when :redraw then :redraw else :post end
left join stops as gone on gone.workspace = d.workspace and gone.channel = ''
where d.state = :pending
  and (d.after is null or parent.state = :sent)
  and not exists (
    select 1 from deliveries as earlier
    where earlier.workspace = d.workspace and earlier.channel = d.channel
      and earlier.state = 'pending' and earlier.attempts > 0 and earlier.id < d.id
      and (earlier.kind <> :redraw or d.kind = :redraw)
  )
  and not exists (
    select 1 from deliveries as before
    where before.state = 'sending' and before.after = d.after and before.id < d.id
      and before.kind <> :redraw and d.kind <> :redraw
  )
"""  # noqa: S608 (a constant of this module)
"""What could be sent when its time comes: not before what waits to be tried again in its channel,
so that a channel stays in order and nothing slips past a Retry-After (a post need not wait for an
update: it shows something else, by another method); and not before an earlier reply in its thread
whose fate is to be found out."""

CLAIMABLE = f"""
select d.* {_READY}
  and d.due_at <= :now
  and coalesce(pauses.until, '') <= :now
  and coalesce(gone.try_at, '') <= :now
  and not exists (
    select 1 from deliveries as other
    where other.workspace = d.workspace and other.channel = d.channel
      and other.taken_at > :in_flight and other.taken_at <= :ahead
      and (other.taken_at > :pace or other.state = :sending)
  )
order by d.due_at, d.id limit 1
"""  # noqa: S608 (a constant of this module)

WAITING = f"""
select
  max(d.due_at, coalesce(pauses.until, ''), coalesce(gone.try_at, '')) as due_at,
  (
    select max(other.taken_at) from deliveries as other
    where other.workspace = d.workspace and other.channel = d.channel
  ) as taken_at,
  (
    select max(other.taken_at) from deliveries as other
    where other.workspace = d.workspace and other.channel = d.channel and other.state = 'sending'
  ) as sending_at
{_READY}
order by due_at limit 100
"""  # noqa: S608 (a constant of this module)

DOUBTFUL = f"""
select d.* from deliveries as d {PARENTS}
where d.state = :sending and d.taken_at < :before and d.due_at <= :now
  and (d.after is null or parent.state in ('sent', 'dismissed', 'failed'))
order by d.id limit 50
"""  # noqa: S608 (a constant of this module)

OTHERS_SLOWED = """
select count(*) as number from deliveries
where state = :pending and +workspace = :workspace and +channel <> :channel
  and kind <> :redraw and error = :error
  and due_at > (select taken_at from deliveries where key = :key)
"""

PAUSE = """
insert into pauses (workspace, method, until) values (:workspace, :method, :until)
on conflict (workspace, method) do update set until = max(until, :until)
"""
