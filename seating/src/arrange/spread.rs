//! In which order people fill rooms: mixed, so that each room has its share of every school, or one school after the other.

use std::collections::BTreeMap;

use super::Crowd;

/// People, in the order in which they fill rooms. `members` come in the order of the draw.
pub(super) fn sequence(crowd: &Crowd, members: &[usize]) -> Vec<usize> {
    let Some(key) = crowd.rules.together else { return spread(crowd, members) };
    let mut blocks: BTreeMap<Option<(&str, &str)>, Vec<usize>> = BTreeMap::new();
    for who in members {
        blocks.entry(crowd.people[*who].value(key)).or_default().push(*who);
    }
    let mut drawn: Vec<_> = blocks.into_iter().collect();
    // Which school comes first is drawn, too; those without one come last.
    let rank = |value: (&str, &str)| crowd.seed.rank(crowd.sitting, &format!("{key:?}\0{}\0{}", value.0, value.1));
    drawn.sort_by_cached_key(|(value, _)| (value.is_none(), value.map(rank)));
    drawn.iter().flat_map(|(_, block)| spread(crowd, block)).collect()
}

/// Spreads those who are alike evenly over the sequence: the i-th of n stands at (i + offset) / n of it, where the offset is
/// drawn. Whatever part of it a room takes has about its share of everybody.
fn spread(crowd: &Crowd, members: &[usize]) -> Vec<usize> {
    let mut strata: BTreeMap<Vec<u32>, Vec<usize>> = BTreeMap::new();
    for who in members {
        let like = crowd.values.iter().map(|values| values[*who]).collect();
        strata.entry(like).or_default().push(*who);
    }
    let mut places = Vec::with_capacity(members.len());
    for alike in strata.values() {
        let count = alike.len() as u128;
        // The low half of a rank has nothing to do with who is first.
        let offset = crowd.ranks[alike[0]] & u128::from(u64::MAX);
        for (at, who) in alike.iter().enumerate() {
            let place = (((at as u128) << 64) + offset) / count;
            places.push((place, crowd.ranks[*who], *who));
        }
    }
    // Equal ranks would be equal ids, but for a collision of 128 bits: then the id decides.
    places.sort_unstable_by(|one, other| {
        (one.0, one.1, &crowd.people[one.2].id).cmp(&(other.0, other.1, &crowd.people[other.2].id))
    });
    places.into_iter().map(|(_, _, who)| who).collect()
}
