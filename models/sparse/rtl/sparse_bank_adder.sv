// row_banked, per accumulator: gathers the products of a vector's outliers in a register and adds the tree's partial sum, so
// that there is one read-modify-write of the accumulator per vector.
//   gathered := (clear ? 0 : gathered) + (take ? product : 0)        total = partial + gathered
// Ports   product: PRODUCT bits, from the sparse lane that serves this tree. take: it is for this tree. clear: first slot of a
//         vector. enable: clocks the register. partial: as the tree gives it, stable until the next vector. total: OUT bits,
//         combinational from two registers; the accumulator's carry chain follows one full adder later, no cycle.
// Depth   1 for products, 0 for partial: lane and bank adder together are as deep as a tree.
// Twin    add_outliers, models/sparse/sparse_math.h
// ENTRIES bounds the outliers of one tree in one vector; with more the gathered sum could wrap.
module sparse_bank_adder #(
    parameter integer K = 4,
    parameter integer A = 4,
    parameter integer ENTRIES = 8,
    parameter integer PARTIAL = 13,
    parameter integer PRODUCT = K + A + 7,
    parameter integer GATHERED = K + A + 7 + $clog2(ENTRIES),
    parameter integer OUT = (PARTIAL > GATHERED ? PARTIAL : GATHERED) + 1  // derived: do not set
) (
    input  wire               clk,
    input  wire               enable,
    input  wire               clear,
    input  wire               take,
    input  wire [PRODUCT-1:0] product,
    input  wire [PARTIAL-1:0] partial,
    output wire [    OUT-1:0] total
);
  reg [GATHERED-1:0] gathered;
  wire [GATHERED-1:0] kept = gathered & {GATHERED{~clear}};
  wire [GATHERED-1:0] taken, next;

  genvar i;
  generate
    for (i = 0; i < GATHERED; i = i + 1) begin : extend
      assign taken[i] = product[i<PRODUCT?i : PRODUCT-1] & take;
    end
  endgenerate

  carry_propagate_adder #(.WIDTH(GATHERED)) gather (.a(kept), .b(taken), .carry_in(1'b0), .sum(next));
  always @(posedge clk) if (enable) gathered <= next;

  carry_propagate_adder #(.WIDTH(OUT)) add (
      .a({{OUT - PARTIAL{partial[PARTIAL-1]}}, partial}), .b({{OUT - GATHERED{gathered[GATHERED-1]}}, gathered}),
      .carry_in(1'b0), .sum(total)
  );
endmodule
