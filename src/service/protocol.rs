//! The lease of a scale unit.
//!
//! # Who
//!
//! A scale unit has two sites, A and B, and a witness W in a third datacenter, outside the pair and
//! usually outside the boundary. Each has a [voter](super::voter) with durable storage. A and B propose;
//! W only votes, and sees nothing but the register.
//!
//! # The register
//!
//! One value, [`Register`](crate::terms::Register), changed only by compare-and-set over a majority of the
//! three voters (CASPaxos: ballots, prepare, accept; a register, not a log). A voter persists what it
//! promises and accepts before it answers. Each *attempt* to change the value has a ballot of its own,
//! which becomes the value's `renewal`. **No ballot is ever used twice**: a site forgets its rounds when it
//! restarts, so a ballot names the boot too. A won attempt has its voters promise the proposer's next
//! ballot in advance, so a renewal in peace takes one round trip.
//!
//! Everything in it is opaque: identifiers, counters and times, no content.
//!
//! # Holding
//!
//! - The holder renews each `loop_wait`. Its lease runs, for `ttl·(1−ρ)` on its own monotonic clock, from
//!   the moment it *sent* the first accept message of the renewal that succeeded. It acknowledges nothing
//!   after that, not even what it already stored. The clock is read again at every step.
//! - Before it acknowledges what would break the promise of `replicated`, it writes `alone`: in `sync`
//!   before acknowledging without the peer; in `async` before the unreplicated tail grows past the RPO.
//!   If it cannot, it refuses. `sync-strict` never writes `alone`: it refuses. A peer that is more than a
//!   window behind is as good as silent: to bring it back takes as long as `reseed_rate` and the link say.
//! - From *before* it sends `replicated` until a later `alone` is known to have succeeded, it obeys
//!   `replicated`. In `sync`, a holder that is `alone` obeys it as soon as its peer has nearly caught up:
//!   under steady traffic the two would otherwise never meet.
//! - It writes `replicated` again only when the peer has everything that may have been acknowledged, what
//!   was inherited at the takeover included (in `async`: is within the RPO).
//!
//! **The unit of the RPO is time, and records where `maximum_lag_records` is set; both are per takeover.**
//! The tail is as old as the acknowledgement of its oldest record that is not on the peer; while
//! `replicated` holds, no further record is acknowledged when the tail is older than
//! `maximum_lag_on_failover`, or would be longer than `maximum_lag_records`. So what one takeover can lose
//! was acknowledged within one such span, and is no more than so many. The holder writes `alone` at half of
//! either, to leave the attempt its time.
//!
//! **Last sync time** is kept in the register: everything that was acknowledged before it is on both sites.
//! It is the age of the tail, read at each renewal, so it is never late by more than a `loop_wait`.
//!
//! # Challenging
//!
//! - A standby sees the holder's life at the voter of its own site, which tells it of every value it
//!   durably accepts; that costs no message. When it is not told of a renewal that is due, for it is cut off
//!   or a message was lost, it reads a majority each `loop_wait`, without raising a ballot. When it has seen
//!   the same `renewal` for `ttl·(1+ρ)` on its own clock, it reads once more. Only if that shows nothing newer
//!   may it propose the next epoch; the compare-and-set compares the whole value, so it fails if the holder
//!   renewed.
//! - It takes over by itself only if the mode is `replicated` and its log reaches `frontier`. If `alone`, it
//!   waits: for the holder, for the end of `grace_period_with_data_loss`, or for an operator's force. Then
//!   it declares its loss. Grace and force waive the test of the mode, never the wait for the lease. A force
//!   that finds the holder alive expires with the bound on the RTO: it must not strike in the next outage.
//!   With `failover = "manual"` only an operator's order starts a takeover, with `"disabled"` nothing does.
//! - A takeover keeps mode and frontier until its own later change. One whose outcome is unknown serves
//!   nothing until a later attempt of its own succeeds. A holder that restarts takes a new epoch; under `async`, where
//!   its log ends beyond the frontier, as `alone`: it no longer knows how old the tail is that its peer may lack.
//! - A holder whose lease has run out reads a majority, too, before it proposes: heard and hearing nobody, it
//!   would raise the ballots of its successor for ever.
//! - Two proposers back off by site order and entropy. A failed attempt of one's own, seen at one's own
//!   voter, does not cut the back-off short, and a holder backs off too before it writes again.
//! - An answer counts for the attempt, or the reading, that asked, or not at all.
//! - Planned switchover: the holder serves on until the peer is certified and within a batch of it, for
//!   `switchover_timeout` at most; then it stops accepting, hears from the peer that it has everything, gives
//!   its lease up and writes the peer as `holder`; the peer then wins an epoch of its own. With the outcome
//!   unknown, neither acknowledges until its own next attempt succeeds. No write is refused for longer than
//!   [`Policy::switchover_bound`](super::Policy::switchover_bound).
//! - Failback is a switchover that the backup plans by itself, once the preferred primary has had everything
//!   for `failback_after` and the last sync time has caught up. After a takeover from a primary that had
//!   come back and gone again within `failback_block`, none follows for that long. Failover is never blocked.
//!
//! # Fencing
//!
//! Every replicated batch carries its sender's epoch, and a store refuses a lower one than it has seen. **A
//! site serves only under a lease that it won by its own compare-and-set since it booted**: to read that it
//! is the holder gives it nothing. So nothing serves at power-on without the wide-area network, and a stale
//! site that boots first waits.
//!
//! # Forgetting
//!
//! Storage has an incarnation that no copy of it contains. A voter whose record names another one
//! abstains, and who reads the register does not count it. A site then has both other voters durably remember the new incarnation, and brings the
//! returning one the highest ballot and value of both (`readmission`). Ballots name the incarnations of all
//! three, and votes under another set do not count, so a promise from before the loss cannot be completed
//! by an acceptance after it. A voter that missed an incarnation is told of it by whoever it refuses. A site
//! whose store was lost neither takes over nor renews until its peer has certified it under a valid lease,
//! and sets a diverging tail aside before it reports a position. A fence is raised on disk: who takes a lease
//! flushes it even with nothing to write, or a restart would have it obey the holder that it superseded.
//!
//! # A tail that lost
//!
//! After a takeover the old holder's unreplicated tail is quarantined on its own disk, inside the boundary,
//! and merged by record identifier when the site returns. What was acknowledged and never comes back is
//! loss, and is reported as such.
//!
//! # Founding anew
//!
//! Voters that lost their memory wait for both others, so two of them wait for ever. An operator may then
//! have the register founded anew (`refounding`), on one of two grounds, and attests it:
//!
//! - **The stores of both sites are gone.** By the operator's order a site takes a backup of its own unit and
//!   boundary, through staging inside the boundary. What came after the backup is declared as lost.
//! - **What the peer and the witness stored is destroyed**, and one site is left with store and vote. Until the
//!   order it shows what it has and refuses writes as *no majority*. It loses nothing, but cannot know whether
//!   the others went `alone` without it: except in `sync-strict` it declares a loss.
//!
//! An attestation that a voter in reach contradicts is refused: a disk that was said to be gone may hold the
//! only copy of something. A restored store that is contradicted waits for its peer to bring it back.
//!
//! Either waives the majority, never the wait for the lease: no renewal must be seen for its whole length, and
//! an order to a survivor that finds the holder alive expires with the bound on the RTO. Then:
//!
//! - The voters in reach are given one record that names their incarnations, an epoch and a ballot beyond any
//!   that may have been decided or promised, and the site as holder: what was called gone may only be dark. On a lone survivor the **seats** of those out of reach are **vacant**
//!   from then on, and what they stored is barred. A majority is one of the seats that are not vacant.
//! - After a restore the witness must be among them: it has a vote and a memory, and what it accepted before,
//!   by a later ballot than those who forgot remember, would supersede the founding when it is back.
//! - Ballots name the vacant seats too, so no vote of a barred voter is ever counted. The founding stands when
//!   a majority of the seats that it names has taken it.
//! - The site takes the lease by its own compare-and-set, as ever, once its disk says that the founding is done.
//! - The others come back as new incarnations, by readmission: **one after the other**, and beside a voter that
//!   kept its memory, for two that were enrolled at once would each wait for the other.
//!
//! # Not built yet
//!
//! Tokens of unresolved removals: there are no removals yet.
