//! Parts of the platform that an area may leave switched off (R017). A verb of a part that is off is
//! refused with the sentence that says whom to ask; what is asked without a verb asks here.

use crate::{Office, Result};
use civic::directory::Actor;
use civic::id::AreaId;
use civic::matter::Matter;
use civic::module::Module;

impl Office {
    /// Whether a part is on in an area.
    #[must_use]
    pub fn is_on(&self, module: Module, area: AreaId) -> bool {
        module.is_on(&self.parameters(), self.world().tree(), area)
    }

    /// Refuses where a part is off.
    pub(crate) fn need(&self, module: Module, area: AreaId) -> Result<()> {
        if self.is_on(module, area) {
            return Ok(());
        }
        let world = self.world();
        let name = world.tree().get(area).map_or("", |a| &*a.name);
        Err(module.missing(name).into())
    }

    /// Refuses where a part is off at the place of a matter.
    pub(crate) fn need_at(&self, module: Module, matter: &Matter) -> Result<()> {
        match matter.path.leaf() {
            Some(area) => self.need(module, area),
            None => Ok(()),
        }
    }

    /// The parts that are off wherever the actor has a post: their pages are not for this person.
    #[must_use]
    pub fn missing(&self, actor: &Actor) -> Vec<Module> {
        let world = self.world();
        let areas: Vec<AreaId> = actor
            .posts
            .iter()
            .filter_map(|p| world.directory().area_of(p.seat))
            .collect();
        let off = |module: &Module| !areas.iter().any(|area| self.is_on(*module, *area));
        let all = Module::ALL.iter().copied();
        all.filter(|module| !areas.is_empty() && off(module))
            .collect()
    }
}
