// References within the page that lead nowhere, and those that could mean several elements which differ.
() => {
  const owners = new Map();
  for (const element of document.querySelectorAll("[id]"))
    owners.set(element.id, [...(owners.get(element.id) ?? []), element]);
  const used = new Set();
  for (const element of document.querySelectorAll("*"))
    for (const { name, value } of element.attributes) {
      if (/(^|:)href$/.test(name) && value.length > 1 && value.startsWith("#")) used.add(decodeURIComponent(value.slice(1)));
      if (/^aria-(labelledby|describedby|controls)$/.test(name)) value.split(/\s+/).forEach((id) => used.add(id));
      for (const [, id] of value.matchAll(/url\(["']?#([^"')]+)/g)) used.add(id);
    }
  const found = [];
  for (const id of used) {
    const meant = owners.get(id) ?? [];
    if (!meant.length) found.push(`nothing in the page has the id ${id}`);
    else if (new Set(meant.map((element) => element.outerHTML)).size > 1)
      found.push(`${meant.length} elements that differ have the id ${id}`);
  }
  return found;
}
