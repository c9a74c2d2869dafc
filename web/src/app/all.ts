/** The ward id in the address that stands for all of them. */
export const ALL = 'all';
