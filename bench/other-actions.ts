export async function actionsTable(folder: string): Promise<string> {
  return folder;
}
