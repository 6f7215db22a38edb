// Where keys lead among things that stand in rows, one section under the other. Pure.

export interface Section {
  count: number;
  columns: number;
}

export interface Place {
  section: number;
  index: number;
}

/** Where a key leads: null for nowhere, "out" for above the first row. Left and right go as one reads. */
export function move(key: string, at: Place, sections: readonly Section[], all = false): Place | "out" | null {
  const here = sections[at.section];
  if (!here) return null;
  const start = at.index - (at.index % here.columns);
  switch (key) {
    case "ArrowRight":
      return at.index + 1 < here.count ? { ...at, index: at.index + 1 } : first(sections, at.section + 1);
    case "ArrowLeft":
      return at.index > 0 ? { ...at, index: at.index - 1 } : last(sections, at.section - 1);
    case "Home":
      return all ? first(sections, 0) : { ...at, index: start };
    case "End":
      return all ? last(sections, sections.length - 1) : { ...at, index: Math.min(start + here.columns, here.count) - 1 };
    case "ArrowDown":
      return down(at, sections, here);
    case "ArrowUp":
      return up(at, sections, here);
  }
  return null;
}

function down(at: Place, sections: readonly Section[], here: Section): Place | null {
  const lastRow = Math.floor((here.count - 1) / here.columns);
  if (Math.floor(at.index / here.columns) < lastRow) return { ...at, index: Math.min(at.index + here.columns, here.count - 1) };
  const next = first(sections, at.section + 1);
  const there = next && sections[next.section];
  return there ? { section: next.section, index: Math.min(column(at, here, there), there.count - 1) } : null;
}

function up(at: Place, sections: readonly Section[], here: Section): Place | "out" {
  if (at.index >= here.columns) return { ...at, index: at.index - here.columns };
  const above = last(sections, at.section - 1);
  const there = above && sections[above.section];
  if (!there) return "out";
  const row = Math.floor((there.count - 1) / there.columns) * there.columns;
  return { section: above.section, index: Math.min(row + column(at, here, there), there.count - 1) };
}

/** The column there that is under the one here. */
const column = (at: Place, here: Section, there: Section): number => Math.floor(((at.index % here.columns) * there.columns) / here.columns);

function first(sections: readonly Section[], from: number): Place | null {
  for (let section = from; section < sections.length; section++) if ((sections[section]?.count ?? 0) > 0) return { section, index: 0 };
  return null;
}

function last(sections: readonly Section[], from: number): Place | null {
  for (let section = from; section >= 0; section--) {
    const count = sections[section]?.count ?? 0;
    if (count > 0) return { section, index: count - 1 };
  }
  return null;
}
