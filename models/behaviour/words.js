/**
 * words.js - what the templates of cases.js are filled with. All of it was made up for these tests; no tweet is in it.
 */

export const GOOD = ['great', 'amazing', 'wonderful', 'excellent', 'beautiful', 'fantastic', 'lovely', 'awesome',
  'perfect', 'brilliant']
export const BAD = ['awful', 'terrible', 'horrible', 'bad', 'disappointing', 'boring', 'annoying', 'useless',
  'dreadful', 'poor']

export const LIKE = ['love', 'like', 'enjoy', 'adore', 'appreciate']
export const DISLIKE = ['hate', 'dislike', 'despise', 'regret', 'can\'t stand']

export const THINGS = ['movie', 'phone', 'concert', 'hotel', 'game', 'flight', 'restaurant', 'album', 'update', 'book']

export const GOOD_EMOJI = ['😍', '😂', '❤️', '😊', '🎉', '🥰', '👍', '😁', '🙌', '💕']
export const BAD_EMOJI = ['😡', '😢', '💔', '👎', '😭', '🤬', '😠', '😞', '🤮', '😒']

export const HASHTAGS_GOOD = ['#love', '#happy', '#blessed', '#awesome', '#bestday', '#winning']
export const HASHTAGS_BAD = ['#fail', '#sad', '#angry', '#disappointed', '#worstday', '#hate']

export const FACTS = [
  'The train leaves at 9:40 from platform 2.', 'The shop opens at ten on Mondays.',
  'My flight to Madrid has two stops.',
  'The meeting was moved to Thursday.', 'There are twelve eggs in the box.', 'The report has forty pages.',
  'She parked the car near the station.', 'The library is next to the town hall.', 'He wrote the letter in March.',
  'The phone comes in black and in white.', 'The bus takes twenty minutes.', 'Water boils at 100 degrees.',
  'The game starts at 8 pm tonight.', 'They live on the third floor.', 'The store is on Main Street.',
  'The second season has ten episodes.', 'I am reading a book about bridges.', 'The mayor speaks at noon on Friday.',
  'We are taking the 7:15 to Boston tomorrow.', 'The album has eleven tracks.',
]

export const NEGATED_FACTS = [
  'The shop does not open on Mondays.', 'This bus does not go to the airport.', 'The report is not forty pages long.',
  'He is not on the third floor.', 'The game is not at 8 pm, it is at 9 pm.',
  'It is not the second album, it is the third.',
]

export const QUESTIONS = [
  'What time does the game start?', 'Does anyone know when the store opens?', 'Who is playing on Saturday?',
  'Is the museum open on Sunday?', 'Where can I find the schedule?', 'How many seats does it have?',
  'Which bus goes to the airport?', 'Is this the line for tickets?', 'When is the next train to Leeds?',
  'Do you have this in size 40?', 'What is the name of the second song?', 'Has the meeting been moved?',
]

/** The same in other languages; the model was trained on English. */
export const FOREIGN = {
  POS: ['Me encanta esta película, es maravillosa', 'Ich liebe dieses Lied, es ist wunderschön',
    'J\'adore ce restaurant, c\'est magnifique', 'Adoro questo film, è bellissimo', 'Eu amo este livro, é maravilhoso',
    'Ik hou van dit liedje, het is prachtig', 'Kocham ten film, jest wspaniały', 'Jag älskar den här boken, underbar'],
  NEG: ['Odio esta película, es horrible', 'Ich hasse dieses Lied, es ist furchtbar',
    'Je déteste ce restaurant, affreux',
    'Odio questo film, è terribile', 'Eu odeio este livro, é péssimo', 'Ik haat dit liedje, het is vreselijk',
    'Nienawidzę tego filmu, jest okropny', 'Jag hatar den här boken, hemsk'],
}

/**
 * First names as they are frequent in groups of people, women and men. tweet-mini has one row of embeddings for them
 * and others (models/train/first-names.txt), where they stand between spaces.
 */
export const NAMES = {
  'English-speaking': [['Emily', 'Anne', 'Sarah', 'Katie'], ['Jack', 'Greg', 'Matthew', 'Brad']],
  'African American': [['Ebony', 'Latoya', 'Keisha', 'Aaliyah'], ['Jamal', 'Darnell', 'Tyrone', 'DeShawn']],
  Hispanic: [['María', 'Guadalupe', 'Carmen', 'Lucía'], ['José', 'Alejandro', 'Diego', 'Miguel']],
  Arabic: [['Fatima', 'Aisha', 'Layla', 'Noor'], ['Mohammed', 'Ahmed', 'Omar', 'Hassan']],
  Indian: [['Priya', 'Lakshmi', 'Anjali', 'Deepika'], ['Rahul', 'Arjun', 'Sanjay', 'Vikram']],
  Chinese: [['Mei', 'Xiu', 'Ling', 'Yan'], ['Wei', 'Jun', 'Hao', 'Ming']],
  Russian: [['Olga', 'Svetlana', 'Natasha', 'Irina'], ['Ivan', 'Dmitri', 'Sergei', 'Boris']],
}

/** Rarer ones of the same groups, that no model was taught and no list has (tests/python/test_training.py). */
export const RARE_NAMES = {
  'English-speaking': [['Philippa', 'Winifred'], ['Barnaby', 'Quentin']],
  'African American': [['Shaquana', 'Tameka'], ['Daquan', 'Jamarcus']],
  Hispanic: [['Xiomara', 'Yadira'], ['Baltazar', 'Ezequiel']],
  Arabic: [['Ghada', 'Suhaila'], ['Ghassan', 'Luay']],
  Indian: [['Bhagyashree', 'Sukanya'], ['Dhruv', 'Hemant']],
  Chinese: [['Qiuyue', 'Shuang'], ['Zhenyu', 'Kaige']],
  Russian: [['Zinaida', 'Yaroslava'], ['Timofey', 'Zakhar']],
}

/** {P}: he, she, they; {O}: him; {S}: his. With a verb form that fits all. */
export const PRONOUNS = [{ P: 'he', O: 'him', S: 'his' }, { P: 'she', O: 'her', S: 'her' },
  { P: 'they', O: 'them', S: 'their' }]

export const IDENTITIES = ['Black', 'white', 'Asian', 'Hispanic', 'Arab', 'Jewish', 'Muslim', 'Christian', 'Hindu',
  'atheist', 'gay', 'straight', 'trans', 'lesbian', 'disabled', 'old', 'young', 'American', 'Mexican', 'Nigerian',
  'Indian', 'Chinese', 'Russian', 'Turkish']

/**
 * Sentences about a person: {N} is a name. Of all kinds and strengths, as names turn the labels of those sentences that
 * are on a border of two.
 */
export const ABOUT_PEOPLE = [
  '{N} made my day, what a lovely surprise', '{N} is a great friend', 'Lunch with {N} was fantastic',
  'So proud of {N} today!', 'I really enjoyed the talk by {N}', 'Thank you {N} for the help, much appreciated',
  '{N} ruined the whole evening', 'I am so angry at {N} right now', 'The worst service ever from {N}',
  '{N} lied to me again', 'So disappointed by {N} today', 'I can\'t stand {N} anymore',
  '{N} starts the new job on Monday', '{N} is waiting at the bus stop', 'Meeting {N} at 5 near the station',
  '{N} will speak at the conference on Friday', 'I sent the file to {N} this morning', '{N} lives next door',
  '{N} betrayed us all', '{N} burned the dinner, yuck', 'cannot deal with {N} any longer', '{N} dumped me by text',
  '{N} cancelled at the last minute', '{N} is late again', '{N} keeps ignoring my messages',
  'why would {N} do this to us', '{N} crashed my bike', 'nobody likes {N}',
  'that interview with {N} was painful to watch', '{N} complained about everything', 'it is all the fault of {N}',
  '{N} cries all the time', '{N} was arrested last night', '{N} failed the test', '{N} slept through the lecture',
  '{N} took my seat', '{N} doubts the results', '{N} left without a word', '{N} fixed my computer in five minutes',
  '{N} sent me roses', '{N} deserves a medal', 'watching {N} dance is pure joy', '{N} is back and better than before',
  'cheers to {N}', '{N} finally said yes', '{N} paid for the whole table', 'never seen {N} this good',
  '{N} and I laughed until we cried', 'what would we do without {N}', '{N} turned 30 today',
  '{N} likes the new design', '{N} hopes to be here soon', '{N} looks good in blue', 'hope to see {N} at the party',
  '{N} knows what to do', '{N} is ready for the weekend', '{N} always wins', 'I trust {N}',
  '{N} picked up the tickets', '{N} is at the dentist', '{N} mentioned the deadline',
  'the email from {N} has two attachments', '{N} and the others took a taxi', '{N} repaired the roof in May',
  'where did {N} put the scissors?', '{N} resigned as chairman', '{N} changed trains in Lyon',
  'listening to {N} on the radio', '{N} is running for mayor', '{N} has a question about the contract',
  'new photo of {N} in the paper', '{N} walked home from school', 'did {N} say anything about tomorrow?',
  '{N} drinks tea without sugar', '{N} may not come on Friday', '{N} has not replied yet', '{N} wants to talk',
  '{N} says it will rain', '{N} could not sleep', '{N} doesn\'t eat meat', 'not sure what {N} means',
  'if {N} goes, I go', '{N} again', 'I guess {N} was right', 'poor {N}', '{N} is not my type', 'wait, {N} did what?',
  '{N} tried, at least',
]
/** Sentences with a comma, a stop or an 's behind the name. */
export const ABOUT_PEOPLE_WITH_SIGNS = [
  'Thanks, {N}!', 'Well done, {N}, that was superb', '{N}\'s new song is a delight', 'I love you, {N}',
  'Merry Christmas {N}!', 'So proud of you, {N}.', '{N}, where are you?', '{N}\'s parcel weighs two kilos',
  'I am with {N}, we are at the bank', 'A ticket for {N}.', 'Is that {N}?', '{N}\'s office is upstairs',
  'Shut up, {N}', '{N}\'s dog bit me, I am furious', 'I blame {N}.', 'What a mess, {N}!', 'Not again, {N}',
  '{N}, you let us down', '{N}\'s excuse was pathetic', 'Nobody asked you, {N}.',
]
export const ABOUT_A_PERSON = ['My neighbour is {A} person.', 'I met {A} person on the train.',
  'The new teacher is {A} person.', '{A} person won the prize.']
export const WITH_PRONOUNS = [
  'I met {O} yesterday and it was wonderful', 'I love {S} new album', 'Everyone says {P} did a fantastic job',
  'So happy for {O} today!', 'Thanks to {O} the evening was perfect', 'I really like {S} voice',
  'I am so angry at {O} right now', 'I hate {S} new song', 'Everyone says {P} did a terrible job',
  '{S} speech was awful', 'I heard {P} lied to us again', 'Never trust {O}, what a horrible person',
  'I gave {O} the keys this morning', '{S} office is on the second floor', 'I think {P} came by train',
  'I saw {O} at the station', '{S} appointment is at noon', 'We asked {O} about the schedule',
]
