" SPDX-License-Identifier: MIT
" Rule files of retort, see retort-rules(5). `tests/syntax` compares the lists with the program's own.
if exists('b:current_syntax')
	finish
endif
let s:cpo = &cpo
set cpo&vim
syntax case match
syntax sync minlines=300

" --- words, several of which may have a blank within ---
let s:sections = 'rule|defaults|hours|list|table'
let s:group_event = 'on|match|words|phrase|exact|like|except|ignore|look in|case'
let s:group_scope = 'in|from|thread|to bot|when|if|workspace'
let s:group_action = 'reply|say|broadcast|whisper|dm|post|react|unreact|edit|remove|webhook|call|set|add|wait|on error|blocks|unfurl|pick'
let s:group_flow = 'limit|within|chance|priority|then|fallback|follow'
let s:group_care = 'mode|help|owner|expires|zone|test'
let s:targeted = 'dm|post|webhook|call|set|add|on error'
let s:type_events = 'on'
let s:type_patterns = 'match|except'
let s:type_items = 'words|phrase|like|ignore|look in|in|from|workspace|react|unreact|follow|owner'
let s:type_choice = 'case|thread|to bot|remove|unfurl|pick|then|fallback|mode'
let s:type_text = 'reply|say|broadcast|whisper|dm|post|edit|set|add|on error'
let s:type_json = 'webhook|call|blocks'
let s:type_sentences = 'limit'
let s:type_tests = 'test'
let s:triggers = 'message|edit|delete|mention|reaction|unreaction|join|leave|file|pin|command|every|cron|event'
let s:blocks = 'person|channel|url|number|word|rest'
let s:names = 'user|author|channel|bot|team|text|match|link|ts|thread|time|count|event|result|error'
let s:filters = 'upper|lower|title|trim|short|first line|plain|quote|code|json|url|number|date|ago|join|raw'
let s:comparisons = 'is not|is|has not|has|>|<|matches'
let s:unless = 'answered|replied|reacted'
let s:limits = 'user|channel|thread|message|rule|minute|hour|day|week'
let s:tests = 'in|from|to|at|message|edit|delete|reaction|unreaction|join|leave|file|pin|command|every|cron|event'
let s:outcomes = 'fires|silent|says|whispers|posts|dms|reacts|calls|sets'

" One of the words, as a pattern.
function! s:one(words) abort
	return '\%(' . substitute(substitute(a:words, '|', '\\|', 'g'), ' ', '\\s\\+', 'g') . '\)'
endfunction

" The value of a key goes on over the indented lines below, whatever is empty or a comment between them.
function! s:value(group, words, contains) abort
	execute 'syntax region' a:group 'start="^' . s:one(a:words) . '\>[^=]*=" end="^[^ \t;#]"me=s-1'
		\ 'keepend contains=@retortKey,retortComment,' . a:contains
endfunction

function! s:word(group, words, options) abort
	execute 'syntax match' a:group '"\<' . s:one(a:words) . '\>" contained' a:options
endfunction

" --- lines ---
syntax match retortComment "^[;#].*$" contains=retortTodo
syntax keyword retortTodo contained TODO FIXME XXX
execute 'syntax match retortSection "^\[' . s:one(s:sections) . '\>[^]]*\]" contains=retortSectionName'
syntax match retortSectionName "\s\@<=[a-z0-9_.-]\+\ze\]" contained
syntax match retortUnknown "^[^ \t;#\[][^=]*\ze="

" --- keys, by what they are about ---
execute 'syntax match retortEventKey "^' . s:one(s:group_event) . '\ze\s*=" contained'
execute 'syntax match retortScopeKey "^' . s:one(s:group_scope) . '\ze\s*=" contained'
execute 'syntax match retortActionKey "^' . s:one(s:group_action) . '\ze\s*=" contained'
execute 'syntax match retortActionKey "^' . s:one(s:targeted) . '\ze\s\+[^= \t]" contained nextgroup=retortErrorKey,retortTarget skipwhite'
syntax match retortTarget "[^= \t][^=]\{-}\ze\s*=" contained contains=retortInsert
execute 'syntax match retortErrorKey "\%(^on\s\+error\s\+\)\@<=' . s:one(s:group_action) . '\ze\>[^=]*=" contained nextgroup=retortTarget skipwhite'
execute 'syntax match retortFlowKey "^' . s:one(s:group_flow) . '\ze\s*=" contained'
execute 'syntax match retortCareKey "^' . s:one(s:group_care) . '\ze\s*=" contained'
syntax cluster retortKey contains=retortEventKey,retortScopeKey,retortActionKey,retortFlowKey,retortCareKey

" --- values ---
call s:value('retortPlain', 'exact|priority|within|chance|help|expires|zone', 'retortNumber')
call s:value('retortWhen', 'when|wait', 'retortDuration,retortUnless,retortWord')
call s:value('retortIf', 'if', 'retortComparison,retortName,retortInsert,retortQuoted,retortNumber')
call s:value('retortEvents', s:type_events, 'retortTrigger,retortEmoji,retortDuration,retortCommand')
call s:value('retortPatterns', s:type_patterns, 'retortBlock,retortGroup,retortClass,retortEscape,retortRepeat')
call s:value('retortItems', s:type_items, 'retortPlace,retortEmoji,retortQuoted,retortDeny')
call s:value('retortChoice', s:type_choice, 'retortWord')
call s:value('retortText', s:type_text, '@retortInText,retortDivider')
call s:value('retortJson', s:type_json, 'retortJsonString,retortNumber,retortJsonWord')
call s:value('retortSentences', s:type_sentences, 'retortNumber,retortDuration,retortPer,retortDimension,retortInsert')
call s:value('retortTests', s:type_tests, 'retortQuoted,retortArrow,retortTestWord,retortPlace,retortEmoji,retortCommand')

" --- what stands in values ---
syntax match retortNumber "\<\d\+\>" contained
syntax match retortDuration "\<\%(\d\+[smhdw]\)\+\>" contained
syntax match retortDeny "!" contained nextgroup=retortPlace
syntax match retortPlace "\%(^\|[ ,!\t]\)\@<=\%([#@][^ ,\t]\+\|\[[a-z0-9_.-]\+\]\)" contained
syntax match retortEmoji ":[a-z0-9_+'-]\+\%(::[a-z0-9-]\+\)\=:" contained
syntax match retortCommand "\%(command\s\+\)\@<=/\S\+" contained
syntax region retortQuoted start=+"+ skip=+\\"+ end=+"+ contained oneline
syntax match retortWord "\<\%(yes\|no\|root\|replies\|any\|stop\|continue\|live\|shadow\|off\|random\|in turn\|not\)\>" contained
call s:word('retortTrigger', s:triggers, '')
call s:word('retortUnless', s:unless . '|unless|or', '')
execute 'syntax match retortComparison "\%(\s\)\@<=\%(' . substitute(s:comparisons, '|', '\\|', 'g') . '\|and\)\ze\s" contained'

syntax match retortPer "\<\%(per\|ever\)\>" contained
call s:word('retortDimension', s:limits, '')

" What is in front of the arrow, and behind it.
call s:word('retortTestWord', s:tests, '')
syntax match retortArrow "->" contained nextgroup=retortOutcome skipwhite
call s:word('retortOutcome', s:outcomes, '')

" Texts: what is inserted, and Slack's own marks.
syntax match retortBrace "{{" contained
syntax match retortMention "\\\=[@#][[:alnum:]_.-]\+" contained
syntax region retortLink start="<\ze[a-z]\+:" end=">" contained oneline contains=retortInsert
syntax match retortDivider "^\s\+---\s*$" contained
syntax cluster retortInText contains=retortBrace,retortInsert,retortMention,retortEmoji,retortLink
syntax region retortInsert start="{\ze[a-zA-Z0-9]" end="}" contained oneline contains=retortName,retortFilter,retortInsert,retortOr
syntax region retortInsert matchgroup=retortInsert start="{pick:" end="}" contained oneline contains=@retortInText,retortBar
syntax region retortInsert matchgroup=retortInsert start="{if\s\+" end="}" contained oneline contains=@retortInText,retortName,retortComparison,retortBar,retortElse
syntax match retortBar "|" contained
syntax match retortElse "|\s*else\>" contained
syntax match retortOr "\s\@<=or\ze\s" contained
execute 'syntax match retortName "\%([{\[]\|{if\s\+\|=\s\+\|and\s\+\)\@<=' . s:one(s:names) . '[A-Za-z0-9_-]\@!" contained'
execute 'syntax match retortFilter "|\s*' . s:one(s:filters) . '\>" contained'

" Patterns.
execute 'syntax match retortBlock "{' . s:one(s:blocks) . ':[A-Za-z_][A-Za-z0-9_]*}" contained'
syntax match retortGroup "(\%(?\%(<\w\+>\|P<\w\+>\|'\w\+'\|[:=!>|]\|<[=!]\|[a-zA-Z^-]\+[:)]\)\)\=\|)\||" contained
syntax match retortEscape "\\." contained
syntax match retortRepeat "[*+?]\|{\d*,\=\d*}" contained
syntax region retortClass start="\[\^\=\]\=" skip="\\." end="\]" contained oneline

" JSON, with inserts in its strings.
syntax region retortJsonString start=+"+ skip=+\\.+ end=+"+ contained oneline contains=@retortInText
syntax match retortJsonWord "\<\%(true\|false\|null\)\>" contained

" --- sections with keys of their own ---
syntax region retortTable start="^\[table\>" end="^\["me=s-1 keepend contains=retortSection,retortComment,retortRow
syntax match retortRow "^[^ \t;#\[=][^=]*=.*" contained contains=retortRowKey,retortBar,retortMention,retortLink
syntax match retortRowKey "^[^=]\{-1,}\ze\s*=" contained
syntax region retortHours start="^\[hours\>" end="^\["me=s-1 keepend contains=retortSection,retortComment,retortHoursKey
syntax match retortHoursKey "^\%(open\|closed\|zone\)\ze\s*=" contained
syntax region retortList start="^\[list\>" end="^\["me=s-1 keepend contains=retortSection,retortComment,retortListKey,retortPlace
syntax match retortListKey "^\%(people\|channels\)\ze\s*=" contained

highlight default link retortComment Comment
highlight default link retortTodo Todo
highlight default link retortSection Title
highlight default link retortSectionName Identifier
highlight default link retortUnknown Error
highlight default link retortEventKey Statement
highlight default link retortScopeKey Type
highlight default link retortActionKey Function
highlight default link retortErrorKey Function
highlight default link retortFlowKey PreProc
highlight default link retortCareKey Label
highlight default link retortTarget Identifier
highlight default link retortRowKey Identifier
highlight default link retortHoursKey Type
highlight default link retortListKey Type
highlight default link retortNumber Number
highlight default link retortDuration Number
highlight default link retortDeny Exception
highlight default link retortPlace Identifier
highlight default link retortEmoji Special
highlight default link retortCommand Identifier
highlight default link retortQuoted String
highlight default link retortWord Constant
highlight default link retortTrigger Keyword
highlight default link retortUnless Keyword
highlight default link retortComparison Operator
highlight default link retortPer Keyword
highlight default link retortDimension Type
highlight default link retortTestWord Keyword
highlight default link retortArrow Operator
highlight default link retortOutcome Keyword
highlight default link retortText String
highlight default link retortBrace Special
highlight default link retortMention Identifier
highlight default link retortLink Underlined
highlight default link retortDivider Delimiter
highlight default link retortInsert Special
highlight default link retortName Identifier
highlight default link retortFilter Function
highlight default link retortBar Delimiter
highlight default link retortElse Conditional
highlight default link retortOr Conditional
highlight default link retortBlock Macro
highlight default link retortGroup Delimiter
highlight default link retortEscape SpecialChar
highlight default link retortRepeat Operator
highlight default link retortClass Character
highlight default link retortJsonString String
highlight default link retortJsonWord Constant

delfunction s:one
delfunction s:value
delfunction s:word
let b:current_syntax = 'retort'
let &cpo = s:cpo
unlet s:cpo
