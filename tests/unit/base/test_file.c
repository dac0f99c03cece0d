/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/mem.h"
#include "lib/tmpdir.h"
#include "lib/unit.h"

static const char *in(struct tmpdir *dir, const char *name)
{
	return str_keepf(&dir->arena, "%s/%s", tmpdir_path(dir), name).p;
}

/* What is read from it, or why it is not. */
static void check(const char *folder, const char *path, const char *wanted)
{
	CLEANUP(buf_deinit) struct buf text = { 0 };
	const char *why;

	alarm(10); /* nothing is waited for */
	why = folder != NULL ? file_load_within(folder, path, &text) : file_load(path, &text);
	alarm(0);
	ASSERT_STR(why != NULL ? str_from(why) : buf_str(&text), wanted);
	CU_ASSERT_TRUE(why == NULL || text.len == 0);
}

static void test_whole_files(void)
{
	CLEANUP(buf_deinit) struct buf text;
	struct tmpdir dir;
	const char *path;

	tmpdir_init(&dir);
	path = tmpdir_write(&dir, "a.ini", "[rule x]\nmatch = y\n");
	buf_init(&text, 5);
	ASSERT_STR(str_from(file_load(path, &text)), "it is over 5 bytes");
	CU_ASSERT_EQUAL(errno, EFBIG);
	buf_deinit(&text);
	buf_init(&text, strlen("[rule x]\nmatch = y\n"));
	CU_ASSERT_PTR_NULL(file_load(path, &text));
	ASSERT_STR(buf_str(&text), "[rule x]\nmatch = y\n");
	errno = 0;
	buf_clear(&text);
	ASSERT_STR(str_from(file_load("/no/such/file", &text)), "No such file or directory");
	CU_ASSERT_EQUAL(errno, ENOENT);
	check(NULL, tmpdir_write(&dir, "empty", ""), "");
	tmpdir_deinit(&dir);
}

/* Of a size that the file does not tell. */
static void test_endless_files(void)
{
	CLEANUP(buf_deinit) struct buf text;

	buf_init(&text, 4096);
	ASSERT_STR(str_from(file_load("/proc/self/maps", &text)), "it is over 4 KiB");
}

static void test_huge_files_are_not_read(void)
{
	CLEANUP(buf_deinit) struct buf text;
	struct tmpdir dir;
	const char *path;

	tmpdir_init(&dir);
	path = tmpdir_write(&dir, "huge", "");
	CU_ASSERT_EQUAL_FATAL(truncate(path, (off_t)1 << 40), 0);
	buf_init(&text, 8 << 20);
	ASSERT_STR(str_from(file_load(path, &text)), "it is over 8 MiB");
	CU_ASSERT_EQUAL(text.len, 0);
	tmpdir_deinit(&dir);
}

static void test_what_is_no_plain_file(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	struct tmpdir dir;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	tmpdir_init(&dir);
	CU_ASSERT_EQUAL_FATAL(mkfifo(in(&dir, "pipe"), 0600), 0);
	CU_ASSERT_EQUAL_FATAL(symlink("pipe", in(&dir, "to-pipe")), 0);
	strcpy(name.sun_path, in(&dir, "socket"));
	CU_ASSERT_EQUAL_FATAL(bind(fd, (struct sockaddr *)&name, sizeof(name)), 0);
	close(fd);
	for (int i = 0; i < 2; i++) {
		const char *folder = i > 0 ? tmpdir_path(&dir) : NULL;

		check(folder, in(&dir, "pipe"), "it is a pipe; wanted a plain file");
		check(folder, in(&dir, "to-pipe"), "it is a pipe; wanted a plain file");
		check(folder, in(&dir, "socket"), "it is a socket; wanted a plain file");
	}
	check(NULL, "/dev/zero", "it is a device; wanted a plain file");
	check("/", "/dev/zero", "it is a device; wanted a plain file");
	check(NULL, tmpdir_path(&dir), "Is a directory");
	ASSERT_STR(str_from(file_refuse(in(&dir, "pipe"))), "it is a pipe; wanted a plain file");
	CU_ASSERT_PTR_NULL(file_refuse("/proc/self/status"));
	tmpdir_deinit(&dir);
}

static void test_links_stay_in_the_folder(void)
{
	static const char out[] = "it is a link that leads out of the folder";
	struct tmpdir dir, other;
	const char *folder;

	tmpdir_init(&dir);
	tmpdir_init(&other);
	CU_ASSERT_EQUAL_FATAL(mkdir(in(&dir, "rules"), 0700), 0);
	CU_ASSERT_EQUAL_FATAL(mkdir(in(&dir, "rules-of-others"), 0700), 0);
	CU_ASSERT_EQUAL_FATAL(mkdir(in(&dir, "rules/below"), 0700), 0);
	tmpdir_write(&dir, "rules/a", "a");
	tmpdir_write(&dir, "rules/below/b", "b");
	tmpdir_write(&dir, "rules-of-others/c", "c");
	folder = in(&dir, "rules");
	check(folder, in(&dir, "rules/a"), "a");
	check(folder, in(&dir, "rules/below/b"), "b");
	CU_ASSERT_EQUAL(symlink("below/b", in(&dir, "rules/near")), 0);
	check(folder, in(&dir, "rules/near"), "b");
	CU_ASSERT_EQUAL(symlink(in(&dir, "rules/a"), in(&dir, "rules/below/up")), 0);
	check(folder, in(&dir, "rules/below/up"), "a");
	CU_ASSERT_EQUAL(symlink("../rules-of-others/c", in(&dir, "rules/out")), 0);
	check(folder, in(&dir, "rules/out"), out);
	CU_ASSERT_EQUAL(symlink("out", in(&dir, "rules/by-another")), 0);
	check(folder, in(&dir, "rules/by-another"), out);
	CU_ASSERT_EQUAL(symlink(in(&dir, "rules-of-others"), in(&dir, "rules/there")), 0);
	check(folder, in(&dir, "rules/there/c"), out);
	check(folder, in(&dir, "rules/../rules-of-others/c"), out);
	CU_ASSERT_EQUAL(symlink("/etc/passwd", in(&dir, "rules/passwd")), 0);
	check(folder, in(&dir, "rules/passwd"), out);
	CU_ASSERT_EQUAL(symlink("self", in(&dir, "rules/self")), 0);
	check(folder, in(&dir, "rules/self"), "Too many levels of symbolic links");
	check(folder, in(&dir, "rules/."), "Is a directory");
	check(folder, in(&dir, "rules/none"), "No such file or directory");
	check(NULL, in(&dir, "rules/out"), "c"); /* who names it means it */

	/* The folder itself may be a link. */
	CU_ASSERT_EQUAL(symlink(folder, in(&other, "link")), 0);
	check(in(&other, "link"), in(&other, "link/near"), "b");
	check(in(&other, "link/"), in(&other, "link/out"), out);
	check("/", in(&dir, "rules/out"), "c");
	tmpdir_deinit(&other);
	tmpdir_deinit(&dir);
}

/* Where files are shown of a set that is replaced as a whole, a link to a link to their folder. */
static void test_folders_of_links(void)
{
	struct tmpdir dir;

	tmpdir_init(&dir);
	CU_ASSERT_EQUAL_FATAL(mkdir(in(&dir, "..2026_11_23"), 0700), 0);
	tmpdir_write(&dir, "..2026_11_23/a.ini", "a");
	CU_ASSERT_EQUAL(symlink("..2026_11_23", in(&dir, "..data")), 0);
	CU_ASSERT_EQUAL(symlink("..data/a.ini", in(&dir, "a.ini")), 0);
	check(tmpdir_path(&dir), in(&dir, "a.ini"), "a");
	tmpdir_deinit(&dir);
}

UNIT_MAIN("file", { "whole files", test_whole_files }, { "endless files", test_endless_files },
	  { "huge files are not read", test_huge_files_are_not_read },
	  { "what is no plain file", test_what_is_no_plain_file },
	  { "links stay in the folder", test_links_stay_in_the_folder },
	  { "folders of links", test_folders_of_links })
