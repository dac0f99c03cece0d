" SPDX-License-Identifier: MIT
if exists('b:did_ftplugin')
	finish
endif
let b:did_ftplugin = 1

" Only a line that begins with ; or # in column one is a comment.
setlocal commentstring=;%s comments=:;,:# formatoptions-=t
let b:undo_ftplugin = 'setlocal commentstring< comments< formatoptions<'
