/* SPDX-License-Identifier: MIT */
/* Files and folders into texts of rules. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "base/file.h"
#include "rule/compile.h"

/* `folder` NULL = the file was named itself, and may be a link to anywhere. */
static void load_file(struct compile *p, const char *folder, const char *path, struct diag *diag)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	const char *why;

	buf_init(&text, INIFILE_MAX_FILE);
	why = folder != NULL ? file_load_within(folder, path, &text) : file_load(path, &text);
	if (why != NULL)
		diag_error(diag, (struct place){ path, 0 }, "the file cannot be read: %s", why);
	else
		compile_text(p, buf_str(&text), path);
}

static int is_rule_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && str_ends(str_from(entry->d_name), ".ini");
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void load_entry(struct compile *p, const char *folder, const char *name, struct diag *diag)
{
	CLEANUP(mem_freep) char *path = NULL;
	struct buf joined = { 0 };
	struct stat st;

	buf_addf(&joined, "%s%s%s", folder, str_ends(str_from(folder), "/") ? "" : "/", name);
	path = buf_take(&joined);
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		load_file(p, folder, path, diag); /* which says why, when it is a link to nothing */
}

/* Is there a rule, or a mistake in place of one, in the files read since then? */
static bool has_rules(const struct compile *p, size_t since)
{
	for (size_t i = since; i < p->n_files; i++) {
		const struct rule_file *file = &p->files[i];

		if (file->diag.n_errors > 0)
			return true;
		for (size_t s = 0; s < file->n_sections; s++) {
			if (file->sections[s].kind == SECTION_RULE)
				return true;
		}
	}
	return false;
}

static void load_folder(struct compile *p, const char *path, struct diag *diag)
{
	struct dirent **entries = NULL;
	size_t n_before = p->n_files, n_errors = diag->n_errors;
	struct place at = { path, 0 };
	int n = scandir(path, &entries, is_rule_file, by_bytes);

	if (n < 0) {
		diag_error(diag, at, "the folder cannot be read: %s", strerror(errno));
		return;
	}
	for (int i = 0; i < n; i++) {
		load_entry(p, path, entries[i]->d_name, diag);
		free(entries[i]);
	}
	free(entries);
	if (!has_rules(p, n_before) && diag->n_errors == n_errors)
		diag_error(diag, at,
			   n > 0 ? "no file of this folder has a rule" :
				   "the folder has no rules: no file "
				   "in it ends in .ini");
}

void compile_path(struct compile *p, const char *path, struct diag *diag)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		load_folder(p, path, diag);
	else
		load_file(p, NULL, path, diag);
}
