//! Slots that are used again: what is under way in the world, without an allocation for each.

/// Values under handles. A handle is good until the value is taken out; its owner keeps count.
pub(super) struct Slab<T> {
    slots: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Slab<T> {
    /// A slab without values.
    pub(super) const fn new() -> Self {
        Self { slots: Vec::new(), free: Vec::new() }
    }

    /// Puts a value in and returns its handle.
    pub(super) fn insert(&mut self, value: T) -> u32 {
        if let Some(slot) = self.free.pop() {
            self.slots[slot as usize] = Some(value);
            return slot;
        }
        self.slots.push(Some(value));
        u32::try_from(self.slots.len() - 1).expect("fewer than 2^32 things are under way")
    }

    /// Takes the value of a handle out.
    ///
    /// # Panics
    ///
    /// If the handle's value was taken out before: each has one owner.
    pub(super) fn take(&mut self, slot: u32) -> T {
        let value = self.slots[slot as usize].take().expect("a handle is taken out once");
        self.free.push(slot);
        value
    }

    /// The value of a handle.
    ///
    /// # Panics
    ///
    /// If the handle's value was taken out.
    pub(super) fn get_mut(&mut self, slot: u32) -> &mut T {
        self.slots[slot as usize].as_mut().expect("the value is still there")
    }
}

#[cfg(test)]
mod tests {
    use super::Slab;

    #[test]
    fn a_slot_is_used_again_only_after_its_value_was_taken() {
        let mut slab = Slab::new();
        let (a, b) = (slab.insert('a'), slab.insert('b'));
        assert_ne!(a, b);
        assert_eq!(slab.take(a), 'a');
        assert_eq!(slab.insert('c'), a);
        assert_eq!((slab.take(b), slab.take(a)), ('b', 'c'));
    }

    #[test]
    #[should_panic(expected = "taken out once")]
    fn a_value_is_not_taken_twice() {
        let mut slab = Slab::new();
        let slot = slab.insert(());
        slab.take(slot);
        slab.take(slot);
    }
}
