// Lists of OCI, whole.

interface Page<Item> {
  readonly items: readonly Item[];
  readonly opcNextPage?: string;
}

/** Every page of a list. @param list one page, by its token */
export async function wholeList<Item>(
  list: (page: { page?: string }) => Promise<Page<Item>>,
): Promise<Item[]> {
  const all: Item[] = [];
  let next: string | undefined;
  do {
    const { items, opcNextPage } = await list(next === undefined ? {} : { page: next });
    all.push(...items);
    next = opcNextPage === '' ? undefined : opcNextPage;
  } while (next !== undefined);
  return all;
}
