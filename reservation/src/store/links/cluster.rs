//! Which node of a Redis Cluster has which slot, learned from the nodes themselves.
//!
//! Not redis-rs's own cluster connection: when one primary is away it holds all commands back while
//! it connects to every node again, and it does not say which process answered.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use redis::{ConnectionAddr, ConnectionInfo, RedisError, RedisResult};

use super::node::{ENCRYPT_WAIT, Node};
use crate::tls::{Tls, fault_of};

const SLOTS: usize = 16_384;
/// How long a node may take to say what it knows; the others' words are enough.
const VIEW_WAIT: Duration = Duration::from_millis(500);
/// The same while nobody's word is known yet and keys are agreed on meanwhile: by then each has said why they cannot be.
const FIRST_VIEW_WAIT: Duration = Duration::from_secs(4);
/// Whoever asks again so soon gets what was found out.
const REFRESH_EVERY: Duration = Duration::from_millis(50);
/// Redis's own bound on the nodes of a cluster.
const NODES_MAX: usize = 1_000;

const _: () =
    assert!(FIRST_VIEW_WAIT.as_millis() > ENCRYPT_WAIT.as_millis(), "a node is told apart from one in clear text");

/// A Redis Cluster.
#[derive(Debug)]
pub(in crate::store) struct Cluster {
    /// The first address given, with its user and password: those hold for every node.
    seed: ConnectionInfo,
    seeds: Vec<String>,
    /// How every node is spoken with, unless in clear text.
    tls: Option<Tls>,
    nodes: RwLock<Nodes>,
    refreshed: tokio::sync::Mutex<Option<Instant>>,
}

#[derive(Debug, Default)]
struct Nodes {
    by_address: HashMap<String, Arc<Node>>,
    owners: Vec<Option<Arc<Node>>>,
    /// As in [`View`].
    called: HashMap<String, String>,
}

/// What one node, or all of them, say of the cluster.
#[derive(Debug, Default)]
struct View {
    addresses: BTreeSet<String>,
    claims: Vec<Claim>,
    /// By the address that nodes give of one that has a name, the address with the name: that is how it is called by TLS, where
    /// a certificate is for a name. Empty in clear text.
    called: HashMap<String, String>,
    /// Each such address with a name, and the identity of a node that tells it.
    tellers: BTreeSet<(String, String)>,
}

/// What one node says of one primary.
#[derive(Debug, PartialEq, Eq)]
struct Claim {
    /// Of two who claim a slot, the higher epoch has it: that is how the cluster itself decides.
    epoch: u64,
    address: String,
    slots: Vec<(usize, usize)>,
}

/// The slot of a key: CRC16 (XMODEM) of its hash tag, or of all of it. Redis Cluster specification.
pub(in crate::store) fn slot_of(key: &str) -> usize {
    let tag = key.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(tag, _)| tag);
    let tag = tag.filter(|tag| !tag.is_empty()).unwrap_or(key);
    let mut crc = 0_u16;
    for byte in tag.bytes() {
        crc ^= u16::from(byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
    }
    usize::from(crc) % SLOTS
}

impl Cluster {
    /// A cluster that is found through these nodes.
    pub(in crate::store) fn new(seeds: Vec<ConnectionInfo>, tls: Option<Tls>) -> RedisResult<Self> {
        let mut by_address = HashMap::new();
        for seed in &seeds {
            by_address.insert(seed.addr().to_string(), Arc::new(Node::new(seed.clone(), false, tls.clone())?));
        }
        let seed = seeds.first().cloned().ok_or((redis::ErrorKind::Client, "a cluster has at least one node"))?;
        let seeds = seeds.iter().map(|seed| seed.addr().to_string()).collect();
        let nodes = RwLock::new(Nodes { by_address, owners: vec![None; SLOTS], called: HashMap::new() });
        Ok(Self { seed, seeds, tls, nodes, refreshed: tokio::sync::Mutex::default() })
    }

    /// Who has the slot, as far as we know.
    pub(in crate::store) fn owner(&self, slot: usize) -> Option<Arc<Node>> {
        self.nodes.read().unwrap_or_else(PoisonError::into_inner).owners.get(slot).cloned().flatten()
    }

    /// The nodes that are primaries, as far as they are known.
    pub(in crate::store) fn primaries(&self) -> Vec<Arc<Node>> {
        let nodes = self.nodes.read().unwrap_or_else(PoisonError::into_inner);
        let addresses: BTreeSet<&str> = nodes.owners.iter().flatten().map(|node| node.address.as_str()).collect();
        addresses.into_iter().filter_map(|address| nodes.by_address.get(address).cloned()).collect()
    }

    /// A node by the address that another one gave.
    pub(in crate::store) fn node(&self, address: &str) -> RedisResult<Arc<Node>> {
        let address = {
            let nodes = self.nodes.read().unwrap_or_else(PoisonError::into_inner);
            let address = nodes.called.get(address).map_or(address, String::as_str);
            if let Some(node) = nodes.by_address.get(address) {
                return Ok(node.clone());
            }
            address.to_owned()
        };
        let node = Arc::new(self.new_node(&address)?);
        let mut nodes = self.nodes.write().unwrap_or_else(PoisonError::into_inner);
        if nodes.by_address.len() < NODES_MAX {
            nodes.by_address.insert(address, node.clone());
        }
        Ok(node)
    }

    /// Notes that the slot has moved.
    pub(in crate::store) fn moved(&self, slot: usize, to: Arc<Node>) {
        if let Some(owner) = self.nodes.write().unwrap_or_else(PoisonError::into_inner).owners.get_mut(slot) {
            *owner = Some(to);
        }
    }

    /// Asks every node which slots are whose. Calls to other nodes go on meanwhile.
    pub(in crate::store) async fn refresh(&self) -> RedisResult<()> {
        let mut refreshed = self.refreshed.lock().await;
        if refreshed.is_some_and(|at| at.elapsed() < REFRESH_EVERY) {
            return Ok(());
        }
        let known: Vec<_> =
            self.nodes.read().unwrap_or_else(PoisonError::into_inner).by_address.values().cloned().collect();
        let is_known = known.iter().any(|node| node.standing().is_some());
        let wait = if self.tls.is_none() || is_known { VIEW_WAIT } else { FIRST_VIEW_WAIT };
        let by_name = self.tls.is_some();
        let views = join_all(known.iter().map(|node| async move {
            let view = tokio::time::timeout(wait, view(node, by_name)).await;
            view.unwrap_or_else(|_| Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()))
        }))
        .await;
        *refreshed = Some(Instant::now());
        let (seen, failed): (Vec<_>, Vec<_>) = views.into_iter().partition(Result::is_ok);
        let mut failed: Vec<RedisError> = failed.into_iter().filter_map(Result::err).collect();
        if seen.is_empty() && !failed.is_empty() {
            // What somebody must mend is said before that others are away.
            let worst = failed.iter().position(|error| fault_of(error).is_some()).unwrap_or_default();
            return Err(failed.swap_remove(worst));
        }
        let mut all = View::default();
        for view in seen.into_iter().flatten() {
            all.addresses.extend(view.addresses);
            all.claims.extend(view.claims);
            all.called.extend(view.called);
            all.tellers.extend(view.tellers);
        }
        self.take_over(all)
    }

    fn take_over(&self, all: View) -> RedisResult<()> {
        let View { addresses, mut claims, mut called, tellers } = all;
        // A name that several nodes tell, as behind one service, names none of them.
        called.retain(|_, name| tellers.iter().filter(|(told, _)| told == name).count() <= 1);
        // One node that knows a name is enough: others may not have heard it yet.
        let named = |address: &String| called.get(address).unwrap_or(address).clone();
        let mut addresses: BTreeSet<String> = addresses.iter().map(named).collect();
        addresses.extend(self.seeds.iter().cloned());
        let mut nodes = self.nodes.write().unwrap_or_else(PoisonError::into_inner);
        let mut by_address = HashMap::new();
        for address in addresses.into_iter().take(NODES_MAX) {
            let known = nodes.by_address.get(&address).cloned();
            let node = known.map_or_else(|| self.new_node(&address).map(Arc::new), RedisResult::Ok)?;
            by_address.insert(address, node);
        }
        claims.sort_by_key(|claim| claim.epoch);
        let mut owners = vec![None; SLOTS];
        for claim in &claims {
            let node = by_address.get(&named(&claim.address));
            for &(first, last) in &claim.slots {
                owners[first..=last].fill(node.cloned());
            }
        }
        *nodes = Nodes { by_address, owners, called };
        Ok(())
    }

    fn new_node(&self, address: &str) -> RedisResult<Node> {
        let broken = (redis::ErrorKind::Client, "a node's address is host:port");
        let (host, port) = address.rsplit_once(':').ok_or(broken)?;
        let port = port.parse().map_err(|_| broken)?;
        let info = self.seed.clone().set_addr(ConnectionAddr::Tcp(host.to_owned(), port));
        Node::new(info, false, self.tls.clone())
    }
}

async fn view(node: &Node, by_name: bool) -> RedisResult<View> {
    let link = node.link().await?;
    let mut cmd = redis::cmd("CLUSTER");
    cmd.arg("NODES");
    match link.ask(&cmd).await {
        Ok(text) => Ok(read_view(&redis::from_redis_value::<String>(text)?, &node.address, by_name)),
        Err(error) => {
            link.give_up();
            Err(error)
        }
    }
}

/// Reads `CLUSTER NODES` as the node at `own` answers it: every node's address, and whose slots are whose. `by_name`, a node that
/// tells a name of its own (`cluster-announce-hostname`) is called by it.
fn read_view(text: &str, own: &str, by_name: bool) -> View {
    let mut view = View::default();
    for line in text.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let [node, address, flags, _, _, _, epoch, _, slots @ ..] = words.as_slice() else { continue };
        // As `host:port@port-of-the-bus,name`; the name may be empty, and is missing before Redis 7.
        let mut parts = address.split(',');
        let address = parts.next().and_then(|address| address.split('@').next()).unwrap_or_default();
        let name = parts.next().filter(|name| by_name && !name.is_empty());
        let Some((host, port)) = address.rsplit_once(':') else { continue };
        // A node that nobody has spoken to yet does not know its own address.
        let address = if host.is_empty() { own } else { address };
        let has = |flag: &str| flags.split(',').any(|word| word == flag);
        if has("noaddr") || has("handshake") {
            continue;
        }
        view.addresses.insert(address.to_owned());
        if let Some(name) = name.map(|name| format!("{name}:{port}")) {
            // One that is gone for good may have told the name of whoever took its place.
            if !has("fail") {
                view.tellers.insert((name.clone(), (*node).to_owned()));
            }
            view.called.insert(address.to_owned(), name);
        }
        if has("master") {
            // What is in brackets is on its way, and still where it was.
            let slots = slots.iter().filter(|word| !word.starts_with('[')).filter_map(|word| range(word)).collect();
            view.claims.push(Claim { epoch: epoch.parse().unwrap_or_default(), address: address.to_owned(), slots });
        }
    }
    view
}

fn range(word: &str) -> Option<(usize, usize)> {
    let (first, last) = word.split_once('-').unwrap_or((word, word));
    let (first, last) = (first.parse().ok()?, last.parse().ok()?);
    (first <= last && last < SLOTS).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::{Authorities, Check, StoreKind};

    const VIEW: &str = "\
a1 127.0.0.1:7000@17000,host myself,master - 0 0 1 connected 0-99 101-5460 [100->-b2]
b2 127.0.0.1:7001@17001 master,fail - 1 1 2 disconnected 5461-10922
c3 127.0.0.1:7002@17002 slave b2 0 1 7 connected
d4 :0@0 master,noaddr - 0 0 9 disconnected 0-16383
";

    #[test]
    fn slots_are_those_of_the_specification() {
        // The specification's test vector is CRC16("123456789") = 0x31C3.
        assert_eq!(slot_of("123456789"), 0x31C3);
        assert_eq!(slot_of("seat:{123456789}:meta"), 0x31C3);
        assert_eq!(slot_of("foo{{bar}}zap"), slot_of("{bar"), "the tag ends at the first bracket");
        assert_ne!(slot_of("foo{}{bar}"), slot_of("bar"), "an empty tag is none");
    }

    #[test]
    fn a_view_is_read_and_what_is_migrating_stays_with_its_owner() {
        let view = read_view(VIEW, "own:1", false);
        let addresses: Vec<_> = view.addresses.into_iter().collect();
        assert_eq!(addresses, ["127.0.0.1:7000", "127.0.0.1:7001", "127.0.0.1:7002"]);
        assert!(view.called.is_empty(), "in clear text nobody is called otherwise");
        let claim = |epoch, address: &str, slots| Claim { epoch, address: address.to_owned(), slots };
        let wanted = [
            claim(1, "127.0.0.1:7000", vec![(0, 99), (101, 5_460)]),
            claim(2, "127.0.0.1:7001", vec![(5_461, 10_922)]),
        ];
        assert_eq!(view.claims, wanted);
    }

    fn cluster_by_tls(seed: &str) -> Cluster {
        let seed = redis::IntoConnectionInfo::into_connection_info(seed).unwrap();
        let tls = Tls::new(StoreKind::Redis, Check::Key, Authorities::System, None).unwrap();
        Cluster::new(vec![seed], Some(tls)).unwrap()
    }

    #[test]
    fn by_tls_a_node_is_called_by_its_name_also_where_others_send_callers_to_its_number() {
        let cluster = cluster_by_tls("redis://host:7000");
        let mut view = read_view(VIEW, "own:1", true);
        // Another one has not heard the name yet.
        view.claims.extend(read_view(&VIEW.replace(",host", ""), "own:1", true).claims);
        cluster.take_over(view).unwrap();
        let owner = cluster.owner(5).unwrap();
        assert_eq!(owner.address, "host:7000");
        assert!(Arc::ptr_eq(&owner, &cluster.node("127.0.0.1:7000").unwrap()), "MOVED 5 127.0.0.1:7000");
        assert_eq!(cluster.node("127.0.0.1:7001").unwrap().address, "127.0.0.1:7001", "it tells no name");
        let one_service = "a1 10.0.0.1:6379@1,redis master - 0 0 1 connected 0-99\n\
             a2 10.0.0.2:6379@1,redis master - 0 0 2 connected 100-199";
        cluster.take_over(read_view(one_service, "redis:6379", true)).unwrap();
        let owners = [5, 150].map(|slot| cluster.owner(slot).unwrap().address.clone());
        assert_eq!(owners, ["10.0.0.1:6379", "10.0.0.2:6379"], "one name for both names neither");
        let nameless = read_view("a1 :7000@17000,host myself,master - 0 0 1 connected 0-99", "own:7000", true);
        assert_eq!(nameless.called["own:7000"], "host:7000", "it does not know its number yet");
    }

    /// The clock goes on by itself wherever everybody waits.
    #[tokio::test(start_paused = true)]
    async fn a_cluster_that_says_nothing_by_tls_is_waited_for_until_that_can_be_told() {
        let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("redis://127.0.0.1:{}", silent.local_addr().unwrap().port());
        let said = cluster_by_tls(&url).refresh().await.unwrap_err().to_string();
        assert!(said.contains("has not agreed on TLS in time"), "{said}");
    }

    #[test]
    fn of_two_who_claim_a_slot_the_later_has_it() {
        let cluster =
            Cluster::new(vec![redis::IntoConnectionInfo::into_connection_info("redis://h:1").unwrap()], None).unwrap();
        let claim = |epoch, address: &str| Claim { epoch, address: address.to_owned(), slots: vec![(5, 7)] };
        let addresses = ["h:1", "h:2"].map(str::to_owned).into();
        let claims = vec![claim(8, "h:2"), claim(3, "h:1")];
        cluster.take_over(View { addresses, claims, ..View::default() }).unwrap();
        assert_eq!(cluster.owner(6).unwrap().address, "h:2");
        assert!(cluster.owner(8).is_none());
        assert_eq!(cluster.primaries().len(), 1);
    }
}
