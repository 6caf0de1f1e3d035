/**
 * Words that people use for one another when they look for a tool. Few, and each pair true in most texts: what is only
 * related would drown what is meant.
 */
import { stem } from './analyzer.ts';

const GROUPS = `
  file document
  folder directory
  delete remove erase
  drop delete
  trash delete
  fetch get retrieve download
  scrape crawl extract
  webpage website page site url
  browse navigate visit
  web internet online
  search find lookup query
  google search
  list show enumerate
  mail email message
  inbox mail
  repo repository
  pr merge
  db database
  table sheet
  spreadsheet excel workbook worksheet sheet
  image picture photo
  screenshot capture snapshot
  screenshot picture image
  translate translation
  language locale
  create add new make insert
  write save store
  edit update modify change
  rename move
  run execute launch
  command shell terminal bash
  cmd command
  script code
  send post
  chat message
  channel room
  comment note reply
  issue ticket bug
  todo task
  reminder task
  calendar schedule
  event meeting appointment
  invite attendee
  weather forecast
  temperature weather
  map location place
  route direction
  address geocode
  client customer buyer
  buy purchase bought order
  shop store ecommerce
  invoice bill
  pay payment charge
  refund reimburse
  coupon discount
  plan subscription
  user account
  person people user
  team member
  log trace
  mute silence
  error exception crash failure
  error issue
  incident issue outage
  monitor alert
  metric measurement
  deploy release
  container docker
  cluster kubernetes k8s
  pod container
  server host
  app application program
  program process
  variable env environment
  url link
  car drive driving
  distance far
  rain precipitation
  rain weather
  video youtube
  caption subtitle transcript
  audio sound
  summary summarize
  doc documentation
  library package
  lint linter
  test check
  click press tap
  type input enter
  fill form
  login authenticate
  credential secret
  key token
  think reason
  remember memory store
  conversation chat thread
  fact observation
  graph entity
  cache redis
  permission access
  copy duplicate clone
  compare diff
  history log activity
  undo revert reset
  upload attach
  upload put
  set put
  attachment file
  card task
  board project
  note page
  kanban board
  count number total
  stat statistic analytic
  time clock
  timezone zone
  date day
  wait sleep
  stop kill terminate
  process job
`;

/** How much less a synonym says than the word itself. */
export const SYNONYM_WEIGHT = 0.65;

const bySynonym = readGroups();

function readGroups(): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  for (const line of GROUPS.trim().split('\n')) {
    const group = line.trim().split(/\s+/).map(stem);
    for (const word of group) {
      const known = found.get(word) ?? new Set();
      for (const other of group) if (other !== word) known.add(other);
      found.set(word, known);
    }
  }
  return found;
}

/** Stems that may stand for this stem. */
export const synonymsOf = (term: string): ReadonlySet<string> => bySynonym.get(term) ?? NONE;

const NONE: ReadonlySet<string> = new Set();
