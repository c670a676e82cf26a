//! Connections by small numbers, which come back from the kernel with what it reports.

/// Things by number; a number is used again once its thing is gone.
#[derive(Debug)]
pub(in crate::stimulus) struct Slots<T> {
    slots: Vec<Option<T>>,
    free: Vec<usize>,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
        }
    }
}

impl<T> Slots<T> {
    /// Takes a thing; its number.
    pub(in crate::stimulus) fn insert(&mut self, thing: T) -> usize {
        match self.free.pop() {
            Some(number) => {
                self.slots[number] = Some(thing);
                number
            }
            None => {
                self.slots.push(Some(thing));
                self.slots.len() - 1
            }
        }
    }

    /// The thing with this number, if it is still there.
    pub(in crate::stimulus) fn get(&mut self, number: usize) -> Option<&mut T> {
        self.slots.get_mut(number)?.as_mut()
    }

    /// Gives the thing back.
    pub(in crate::stimulus) fn remove(&mut self, number: usize) -> Option<T> {
        let thing = self.slots.get_mut(number)?.take()?;
        self.free.push(number);
        Some(thing)
    }

    /// How many there are.
    pub(in crate::stimulus) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// The numbers in use.
    pub(in crate::stimulus) fn numbers(&self) -> Vec<usize> {
        let used = self.slots.iter().enumerate();
        used.filter_map(|(number, slot)| slot.as_ref().map(|_| number))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_used_again() {
        let mut slots = Slots::default();
        let (one, two) = (slots.insert('a'), slots.insert('b'));
        assert_eq!(slots.remove(one), Some('a'));
        assert_eq!(slots.remove(one), None);
        assert_eq!((slots.len(), slots.get(one)), (1, None));
        assert_eq!(slots.insert('c'), one);
        assert_eq!(slots.numbers(), [one, two]);
    }
}
