//! The channels that are configured, by the way in which money comes.

use std::sync::Arc;

use gateways::Channel;

use crate::model::actor::Actor;
use crate::model::payment::Method;

/// The channels. Cloning is a reference count.
#[derive(Clone, Default)]
pub(crate) struct Channels(Arc<Vec<(Method, Channel)>>);

impl Channels {
    /// Those whose word is a way in which money comes.
    pub(crate) fn new(channels: Vec<Channel>) -> Self {
        let known = channels.into_iter().filter_map(|channel| Some((channel.word().parse().ok()?, channel)));
        Self(Arc::new(known.collect()))
    }

    /// The ways that there is a channel for.
    pub(crate) fn methods(&self) -> Vec<Method> {
        self.0.iter().map(|(method, _)| *method).collect()
    }

    /// The channel of a method.
    pub(crate) fn get(&self, method: Method) -> Option<&Channel> {
        self.0.iter().find(|(known, _)| *known == method).map(|(_, channel)| channel)
    }
}

/// The channel as the one who said something.
pub(crate) fn speaker(method: Method) -> Actor {
    Actor::Gateway(method.to_string().parse().expect("a method's word is a gateway's name"))
}
